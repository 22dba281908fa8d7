import { type Command, Option } from 'commander';
import { collect, option, run } from './options.ts';

/** Commands for talking to the admin listener of a running gateway. */
export function defineOperatorCommands(gw: Command): void {
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
    .action(run(async (_files, options) => (await import('../commands/keys.ts')).createKey(options)));
  newKey('hash', 'write the entry for a key file of a key that is given on standard input').action(
    run(async (_files, options) => (await import('../commands/key-entry.ts')).hashKey(options)),
  );
  keys
    .command('list')
    .description('list the keys: whose they are and until when, never the keys themselves')
    .addOption(option.admin)
    .addOption(option.token)
    .option('--consumer <name>', 'only of this consumer')
    .option('--json', 'print JSON')
    .action(run(async (_files, options) => (await import('../commands/keys.ts')).listKeys(options)));
  keys
    .command('rotate')
    .description('make another key of the same rights; the old one is accepted for a while')
    .argument('<id>', 'id of the key, as gw keys list tells it')
    .addOption(option.admin)
    .addOption(option.token)
    .option('--overlap <time>', 'how long the old key is accepted: 24h, 7d; 0s ends it at once', '24h')
    .option('--json', 'print JSON')
    .action(run(async (_files, options, id) => (await import('../commands/keys.ts')).rotateKey(id ?? '', options)));
  keys
    .command('revoke')
    .description('accept a key no more')
    .argument('<id>', 'id of the key, as gw keys list tells it')
    .addOption(option.admin)
    .addOption(option.token)
    .action(run(async (_files, options, id) => (await import('../commands/keys.ts')).revokeKey(id ?? '', options)));

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
      process.exitCode = await (await import('../commands/throttle.ts')).throttle(id, order, this.opts());
    });

  gw.command('usage')
    .description('say who uses what of a running gateway')
    .addOption(option.admin)
    .addOption(option.token)
    .option('--deprecated', 'only what is deprecated')
    .option('--consumer <name>', 'only of this consumer')
    .option('--since <day>', 'from this day on (YYYY-MM-DD)')
    .option('--json', 'print JSON')
    .action(run(async (_files, options) => (await import('../commands/usage.ts')).usage(options)));
}
