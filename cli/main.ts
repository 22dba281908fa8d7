/**
 * The command line: which commands and options there are. Each command is a file of `commands/`, loaded when it runs.
 * Exit codes (L16): 0 fine, 1 findings or a failed check, 2 wrong usage or environment, 3 a fault of gw itself.
 */
import { Command, CommanderError, Option } from 'commander';
import { fail } from './commands/failure.ts';
import { gwVersion } from './package-root.ts';
import { formats } from './report/report.ts';

/** Options that several commands share. `-c` and the documents say what is compiled. */
const option = {
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

const documents = '[documents...]';
const documentsHelp = 'OpenAPI documents, instead of a gateway file';

function program(): Command {
  const gw = new Command('gw')
    .description('The compiler for API gateways: OpenAPI documents in, one JavaScript file out.')
    .version(gwVersion, '-V, --version', 'print the version')
    .option('--debug', 'show the stack of an error')
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', EXAMPLES);

  gw.command('init')
    .description('write a gateway repository: gateway file, two sample teams, CI, CODEOWNERS, Dockerfile')
    .argument('[dir]', 'folder to write', '.')
    .addOption(new Option('--ci <service>', 'whose CI workflows').choices(['github', 'gitlab', 'none']).default('github'))
    .option('--force', 'replace files that are there')
    .action(run(async (_files, options, dir) => (await import('./commands/init.ts')).init(dir ?? '.', options)));

  gw.command('lint')
    .description('say what is wrong with the documents: all findings in one run')
    .argument(documents, documentsHelp)
    .addOption(option.config)
    .addOption(option.preset('recommended'))
    .addOption(option.format)
    .addOption(option.base)
    .addOption(option.auth)
    .addOption(option.upstream)
    .addOption(option.configFrom)
    .addOption(option.now)
    .addOption(
      new Option('--fail-on <severity>', 'what ends with exit code 1')
        .choices(['error', 'warn', 'info', 'none'])
        .default(undefined, 'error'),
    )
    .option('--max-warnings <number>', 'more warnings end with exit code 1')
    .option('--changed-since <commit>', 'only findings of operations that changed since then, and those between teams')
    .option('--baseline [file]', 'leave out findings that this file knows (gw-baseline.json)')
    .option('--baseline-write', 'write the findings into the baseline')
    .option('--baseline-prune', 'take findings that are gone out of the baseline')
    .option('--watch', 'lint again whenever a file that was read changes')
    .option('--print-config [file]', 'print how every rule is set, for a document, and no findings')
    .option('--fix', 'mend what can be mended without a person')
    .option('--dry-run', 'with --fix: print the changes as a unified diff, and write nothing')
    .option('--baseline-strict', 'fail when the baseline knows findings that are gone')
    .action(run(async (files, options) => (await import('./commands/lint.ts')).lint(files, options)));

  gw.command('merge')
    .description('write one OpenAPI document of all teams')
    .argument(documents, documentsHelp)
    .addOption(option.config)
    .addOption(option.output('file to write; standard output without it'))
    .option('--public', 'only what is listed')
    .addOption(option.format)
    .addOption(option.now)
    .action(run(async (files, options) => (await import('./commands/merge.ts')).merge(files, options)));

  gw.command('build')
    .description('write the gateway, its manifest and the published document')
    .argument(documents, documentsHelp)
    .addOption(option.config)
    .addOption(option.output('folder to write').default('dist'))
    .addOption(option.upstream)
    .addOption(option.auth)
    .addOption(option.preset('serve'))
    .addOption(option.format)
    .addOption(option.base)
    .addOption(option.configFrom)
    .addOption(option.now)
    .option('--sourcemap', 'write source maps beside the gateway')
    .option('--print-plan', 'print the gateway plan and write nothing')
    .option('--verify', 'build again, compare with the output folder and write nothing')
    .action(run(async (files, options) => (await import('./commands/build.ts')).build(files, options)));

  gw.command('serve')
    .description('build, run, and follow every save without dropping a request')
    .option('--mock', 'answer from the examples and schemas of the documents instead of upstreams')
    .argument(documents, documentsHelp)
    .addOption(option.config)
    .addOption(option.upstream)
    .addOption(option.auth)
    .addOption(option.preset('serve'))
    .addOption(option.now)
    .action(run(async (files, options) => (await import('./commands/serve.ts')).serve(files, options)));

  gw.command('routes')
    .description('print the route table, of documents or of a built gateway')
    .argument('[sources...]', `${documentsHelp}; or the folder of a built gateway`)
    .addOption(option.config)
    .addOption(option.upstream)
    .option('--json', 'print JSON')
    .action(run(async (files, options) => (await import('./commands/routes.ts')).routes(files, options)));

  gw.command('explain')
    .description('say what happens to a request, and where every value behind it was written')
    .argument('<request>', 'method and target: "GET /v2/orders/42?full=1"; or the id of a rule')
    .argument('[sources...]', `${documentsHelp}; or the folder of a built gateway`)
    .addOption(option.config)
    .addOption(option.upstream)
    .addOption(
      new Option('-H, --header <header>', 'a header of the request, "name: value"; repeat it').argParser(collect).default([], ''),
    )
    .option('--json', 'print JSON')
    .action(
      run(async (files, options, request) => (await import('./commands/explain.ts')).explain(request ?? '', files, options)),
    );

  gw.command('coverage')
    .description('say how much is protected, limited, validated, timed, owned and shown by example, by team')
    .argument(documents, documentsHelp)
    .addOption(option.config)
    .addOption(
      new Option('--min <aspect=percent>', 'fail when a team has less, as auth=100; repeat it')
        .argParser(collect)
        .default([], ''),
    )
    .option('--ratchet <file>', 'fail when a team has less than before; the file keeps what was reached')
    .option('--missing', 'list the operations that lack something')
    .option('--json', 'print JSON')
    .action(run(async (files, options) => (await import('./commands/coverage.ts')).coverage(files, options)));

  gw.command('examples')
    .description('check the examples of the documents with the validators and routes that the gateway would have')
    .argument(documents, documentsHelp)
    .addOption(option.config)
    .addOption(option.format)
    .action(run(async (files, options) => (await import('./commands/examples.ts')).examples(files, options)));

  gw.command('sunset')
    .description('say which operations end, when, and who still calls them')
    .argument(documents, documentsHelp)
    .addOption(option.config)
    .addOption(option.now)
    .addOption(new Option('--access-log <file>', 'lines of the gateway; repeat it').argParser(collect).default([], ''))
    .option('--fail-within <days>', 'fail when one that is still called ends within so many days')
    .option('--json', 'print JSON')
    .action(run(async (files, options) => (await import('./commands/sunset.ts')).sunset(files, options)));

  gw.command('token')
    .description('print a token of the development issuer that gw serve --auth dev runs')
    .option('--issuer <url>', 'where it is (GW_DEV_ISSUER, http://127.0.0.1:9902)')
    .option('--sub <subject>', 'whom it names', 'developer')
    .option('--scope <scope>', 'what it is good for; repeat it', collect, [])
    .option('--role <role>', 'a role of the caller; repeat it', collect, [])
    .option('--audience <audience>', 'whom it is for')
    .option('--claim <name=value>', 'a claim; the value may be JSON; repeat it', collect, [])
    .option('--expires <time>', 'how long it is valid (15m); -1m for one that has expired', '1h')
    .action(run(async (_files, options) => (await import('./commands/token.ts')).token(options)));

  gw.command('throttle')
    .description('slow a caller down at once, block it, or shed a share of its requests; on a running gateway')
    .argument('<id>', 'consumer, or what --scope says')
    .argument('<order>', 'a rate (5/s), a share to refuse (50%), block, or off')
    .addOption(option.admin)
    .addOption(option.token)
    .addOption(
      new Option('--scope <scope>', 'whom the id names')
        .choices(['consumer', 'key', 'tenant', 'ip', 'route', 'global'])
        .default('consumer'),
    )
    .option('--for <time>', 'how long: 90s, 15m, 1h; at most a day', '15m')
    .option('--permanent', 'until it is taken back')
    .option('--reason <text>', 'for the audit log')
    .action(async function (this: Command, id: string, order: string) {
      process.exitCode = await (await import('./commands/throttle.ts')).throttle(id, order, this.opts());
    });

  gw.command('usage')
    .description('say who uses what of a running gateway')
    .addOption(option.admin)
    .addOption(option.token)
    .option('--deprecated', 'only what is deprecated')
    .option('--consumer <name>', 'only of this consumer')
    .option('--since <day>', 'from this day on (YYYY-MM-DD)')
    .option('--json', 'print JSON')
    .action(run(async (_files, options) => (await import('./commands/usage.ts')).usage(options)));
  gw.command('diff')
    .description('say what a change does to traffic, policies and contracts')
    .argument('<sides...>', 'base and head: a commit, a folder, a document, or a built gateway; without head the current folder')
    .addOption(
      new Option('-c, --config <file>', 'gateway file, the same on both sides').argParser(collect).default([], 'gateway.yaml'),
    )
    .addOption(
      new Option(
        '--format <format>',
        'text, json, jsonl, markdown, github, sarif, junit or html; format=file writes to a file; may be repeated',
      )
        .argParser(collect)
        .default([], 'text'),
    )
    .addOption(
      new Option('--fail-on <verdicts>', 'what ends with exit code 1; none for nothing').default(
        undefined,
        'weakened,breaking,conflict',
      ),
    )
    .option('--docs', 'show changes of documentation too')
    .option('--approvals <file>', 'accepted changes (default: approvals.yaml beside the gateway file of the head)')
    .addOption(option.configFrom)
    .addOption(option.now)
    .action(run(async (sides, options) => (await import('./commands/diff.ts')).diff(sides, options)));

  gw.command('owners')
    .description('say which team owns which documents and routes, and who reviews them')
    .argument(documents, documentsHelp)
    .addOption(option.config)
    .option('--codeowners', 'print a CODEOWNERS file')
    .option('--platform <owner>', 'who owns everything else: a team of the gateway file, or a @name; repeat it', collect, [])
    .action(run(async (files, options) => (await import('./commands/owners.ts')).owners(files, options)));

  gw.command('schema')
    .description(
      'print the JSON Schema of documents, of the gateway file or of the json reports of lint and diff, for editors and tools',
    )
    .argument('<of>', 'openapi, config, report or diff')
    .option('--oas <version>', 'of which OpenAPI: 3.0, 3.1 or 3.2', '3.1')
    .action(run(async (_files, options, of) => (await import('./commands/schema.ts')).schema(of, options)));

  gw.command('what-if')
    .description('say what a new guardrail would break, by team')
    .argument(documents, documentsHelp)
    .addOption(option.config)
    .addOption(option.upstream)
    .requiredOption('--guardrail <file>', 'a guardrail as it would stand in the gateway file, or a list of them')
    .option('--json', 'print JSON')
    .action(run(async (files, options) => (await import('./commands/what-if.ts')).whatIf(files, options)));

  const keys = gw.command('keys').description('make, list, rotate and revoke the API keys of a running gateway');
  const newKey = (name: string, says: string): Command =>
    keys
      .command(name)
      .description(says)
      .option('--consumer <name>', 'who it is for')
      .option('--plan <name>', 'usage plan')
      .addOption(new Option('--scope <scope>', 'what it may do; repeat it').argParser(collect).default([], ''))
      .option('--env <word>', 'a word in the key for people: live, test', 'live');
  newKey('create', 'make a key: shown once, on standard output')
    .addOption(option.admin)
    .addOption(option.token)
    .addOption(new Option('--role <role>', 'role of the consumer; repeat it').argParser(collect).default([], ''))
    .addOption(
      new Option('--allow <range>', 'address or range it may be used from; repeat it').argParser(collect).default([], ''),
    )
    .option('--tenant <name>', 'tenant of the consumer')
    .option('--expires <date-time>', 'when it ends: 2027-01-31T00:00:00Z')
    .option('--binding <name>', 'of the gateway file, where there are several with keys')
    .option('--entry', 'ask no gateway: print the entry for a key file, and the key on standard error')
    .option('--json', 'print JSON')
    .action(run(async (_files, options) => (await import('./commands/keys.ts')).createKey(options)));
  newKey('hash', 'write the entry for a key file of a key that is given on standard input').action(
    run(async (_files, options) => (await import('./commands/key-entry.ts')).hashKey(options)),
  );
  keys
    .command('list')
    .description('list the keys: whose they are and until when, never the keys themselves')
    .addOption(option.admin)
    .addOption(option.token)
    .option('--consumer <name>', 'only of this consumer')
    .option('--json', 'print JSON')
    .action(run(async (_files, options) => (await import('./commands/keys.ts')).listKeys(options)));
  keys
    .command('rotate')
    .description('make another key of the same rights; the old one is accepted for a while')
    .argument('<id>', 'id of the key, as gw keys list tells it')
    .addOption(option.admin)
    .addOption(option.token)
    .option('--overlap <time>', 'how long the old key is accepted: 24h, 7d; 0s ends it at once', '24h')
    .option('--json', 'print JSON')
    .action(run(async (_files, options, id) => (await import('./commands/keys.ts')).rotateKey(id ?? '', options)));
  keys
    .command('revoke')
    .description('accept a key no more')
    .argument('<id>', 'id of the key, as gw keys list tells it')
    .addOption(option.admin)
    .addOption(option.token)
    .action(run(async (_files, options, id) => (await import('./commands/keys.ts')).revokeKey(id ?? '', options)));

  gw.command('rules')
    .description('list the rules, or say what one checks, why, and how to mend a finding')
    .argument('[rule]', 'id of a rule')
    .option('--json', 'print JSON')
    .action(run(async (_files, options, rule) => (await import('./commands/rules.ts')).rules(rule, options)));

  return gw;
}

const EXAMPLES = `
Examples:
  $ npx --no-install gw lint openapi.yaml
  $ npx --no-install gw build openapi.yaml --upstream http://localhost:9000 -o dist
  $ npx --no-install gw explain "GET /v2/orders/42" -H "x-client-type: mobile"

Exit codes: 0 fine, 1 findings, 2 wrong usage or environment, 3 a fault of gw itself.`;

/** Values of an option that may be repeated. */
function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

type Options = Readonly<Record<string, unknown>>;

/** An action that gives the exit code. Variadic arguments come first, a single one before them last. */
function run(action: (files: readonly string[], options: Options, single: string | undefined) => Promise<number>) {
  return async function (this: Command): Promise<void> {
    const [first, second] = this.processedArgs;
    const single = typeof first === 'string' ? first : undefined;
    const files: unknown = Array.isArray(first) ? first : second;
    process.exitCode = await action(Array.isArray(files) ? files.map(String) : [], this.opts(), single);
  };
}

/** Runs one command line; the exit code is left in `process.exitCode`. */
async function main(): Promise<void> {
  process.stdout.on('error', endOnClosedPipe);
  const gw = program();
  for (const command of [gw, ...gw.commands, ...gw.commands.flatMap(({ commands }) => commands)]) {
    command.exitOverride().configureOutput({ outputError: (text, write) => write(text) });
  }
  try {
    if (process.argv.length <= 2) gw.help({ error: true });
    await gw.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else process.exitCode = await fail(error, process.argv.includes('--debug'));
  }
}

/** `gw routes | head` is no fault. */
function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit();
  throw error;
}

await main();
