import { gatewayWords } from '../config/gateway-words.ts';
import { catalogue } from '../lint/catalogue.ts';
import type { Key } from '../plan/key.ts';
import { reserved, vocabulary } from '../plan/vocabulary.ts';

/** The text of REFERENCE.md: the vocabulary of `x-gateway`, the members of the gateway file and the rules, from the code that they are made of. */
export function reference(): string {
  return `# Reference

Written by \`npm run generate\` from the vocabulary (\`cli/policies\`), the gateway file (\`cli/config\`) and the rules (\`cli/lint/rules\`).

## Keys of \`x-gateway\`

Durations are written \`250ms 3s 1m 1h 1d\`, sizes \`512B 64KiB 1MiB\`. R: document root, P: path item, O: operation. A key with a dot is a
member of a group and inherited by itself; every other key is replaced whole by the nearest level. \`null\` removes an inherited value.

| key | levels | what it says |
|---|---|---|
${vocabulary.map(keyRow).join('\n')}

Known and not yet supported: ${reserved.map((name) => `\`${name}\``).join(', ')}.

## The gateway file

\`*\` stands for a name, \`[]\` for the items of a list. Most texts may hold \`\${NAME}\` or \`\${NAME:-default}\` of the environment in which the gateway
runs. \`gw schema config\` prints the JSON Schema, for editors.

| member | what it says |
|---|---|
${Object.entries(gatewayWords)
  .map(([path, words]) => `| \`${path}\` | ${cell(words)} |`)
  .join('\n')}

### Issuers

Tokens are read as RFC 9068 has them. Of these products, known by \`issuer\`, gw knows what they do otherwise; \`scopes\`, \`roles\`, \`tenant\` and
\`consumer\` of the binding replace any of it.

| product | issuer | scopes | roles | tenant | consumer | note |
|---|---|---|---|---|---|---|
| Microsoft Entra ID | \`https://login.microsoftonline.com/<tenant>/v2.0\` | \`scp\` | \`roles\` | \`tid\` | \`azp\` | |
| Okta | \`https://<org>.okta.com/oauth2/<server>\` | \`scp\` | \`groups\` | | \`cid\` | |
| Auth0 | \`https://<tenant>.auth0.com/\` | \`scope\` | \`permissions\` | \`org_id\` | \`azp\` | the slash at its end belongs to it |
| Amazon Cognito | \`https://cognito-idp.<region>.amazonaws.com/<pool>\` | \`scope\` | \`cognito:groups\` | | \`client_id\` | access tokens have no \`aud\`: \`audience\` is the id of the client |
| Firebase | \`https://securetoken.google.com/<project>\` | \`scope\` | \`roles\` | \`firebase.tenant\` | | \`audience\` is the project |
| Keycloak | \`https://<host>/realms/<realm>\` | \`scope\` | \`realm_access.roles\` | | \`azp\` | |

### What services are told

\`identity.headers\` is what services read, and only the gateway writes it. A service that cannot be sure that only the gateway reaches it
verifies \`identity.signed\` instead: a JWT (ES256) with the gateway as \`iss\`, the upstream's name as \`aud\`, \`sub\`, \`consumer\`, \`plan\`,
\`tenant\`, \`roles\`, \`scope\`, and the claims that \`identity.headers\` names; keys at \`/identity/keys\` of the admin listener. The key is made by
\`openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256\`; the next one is appended to the file before it is moved to its top.

## Rules

The preset \`serve\` (●) is what \`gw build\` insists on. A locked rule is silenced only by the platform team, in \`lint.suppress\` of the
gateway file, with a reason. Any other is accepted in a document too, at the object or the line it concerns, until the day if there is one:
\`x-gw-ignore: [{ rule: spec/status-code, reason: clients know it so, until: 2027-01-31 }]\`, or above a line of YAML
\`# gw-ignore-next-line spec/status-code until 2027-01-31 -- clients know it so\`. \`gw rules <id>\` says why a rule is there and how to mend a finding.

| rule | severity | serve | locked | what must hold |
|---|---|---|---|---|
${catalogue.map((rule) => `| ${rule.id} | ${rule.severity} | ${rule.presets.includes('serve') ? '●' : ''} | ${rule.locked ? 'locked' : ''} | ${cell(rule.summary)} |`).join('\n')}
`;
}

function keyRow({ key, levels, summary }: Key): string {
  return `| \`${key}\` | ${levels.map((level) => level.charAt(0).toUpperCase()).join(' ')} | ${cell(summary)} |`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
