/** What the commands' definitions share: options, arguments, and how an action becomes an exit code. */
import { type Command, Option } from 'commander';
import { formats } from '../report/report.ts';

/** Options that several commands share. `-c` and the documents say what is compiled. */
export const option = {
  config: new Option('-c, --config <file>', 'gateway file; repeat it for several gateways')
    .argParser(collect)
    .default([], 'gateway.yaml'),
  upstream: new Option('--upstream <url>', 'where requests are sent, when there is no gateway file'),
  auth: new Option(
    '--auth <mode>',
    'none: build although security requirements are not enforced; dev (gw serve): an issuer of its own verifies what nothing else does',
  ).choices(['none', 'dev']),
  preset: (byDefault: string) =>
    new Option('--preset <name>', 'which rules run')
      .choices(['serve', 'recommended', 'strict', 'owasp'])
      .default(undefined, byDefault),
  format: new Option('--format <format>', `${formats.join(', ')}; format=file writes to a file; may be repeated`)
    .argParser(collect)
    .default([], 'pretty'),
  base: new Option(
    '--base <commit>',
    'what the pull request is compared with: the github format shows its lines first (GITHUB_BASE_REF)',
  ),
  configFrom: new Option(
    '--config-from <commit>',
    'take guardrails, and suppressions of locked rules, from the gateway file of this commit',
  ),
  now: new Option('--now <date>', 'the day that dates in documents are compared with (YYYY-MM-DD)'),
  admin: new Option('--admin <address>', 'admin listener of the gateway (GW_ADMIN, 127.0.0.1:9901)'),
  token: new Option('--token <token>', 'its token (GW_ADMIN_TOKEN)'),
  output: (text: string) => new Option('-o, --output <path>', text),
};

export const documents = '[documents...]';
export const documentsHelp = 'OpenAPI documents, instead of a gateway file';

/** Values of an option that may be repeated. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

type Options = Readonly<Record<string, unknown>>;

/** An action that gives the exit code. Variadic arguments come first, a single one before them last. */
export function run(action: (files: readonly string[], options: Options, single: string | undefined) => Promise<number>) {
  return async function (this: Command): Promise<void> {
    const [first, second] = this.processedArgs;
    const single = typeof first === 'string' ? first : undefined;
    const files: unknown = Array.isArray(first) ? first : second;
    process.exitCode = await action(Array.isArray(files) ? files.map(String) : [], this.opts(), single);
  };
}
