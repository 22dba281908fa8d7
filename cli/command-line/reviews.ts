import { type Command, Option } from 'commander';
import { collect, documents, documentsHelp, option, run } from './options.ts';

/** Commands for what reviewers and the platform team ask of a change and of all documents. */
export function defineReviewCommands(gw: Command): void {
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
    .action(run(async (sides, options) => (await import('../commands/diff.ts')).diff(sides, options)));

  gw.command('what-if')
    .description('say what a new guardrail would break, by team')
    .argument(documents, documentsHelp)
    .addOption(option.config)
    .addOption(option.upstream)
    .requiredOption('--guardrail <file>', 'a guardrail as it would stand in the gateway file, or a list of them')
    .option('--json', 'print JSON')
    .action(run(async (files, options) => (await import('../commands/what-if.ts')).whatIf(files, options)));

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
    .action(run(async (files, options) => (await import('../commands/coverage.ts')).coverage(files, options)));

  gw.command('owners')
    .description('say which team owns which documents and routes, and who reviews them')
    .argument(documents, documentsHelp)
    .addOption(option.config)
    .option('--codeowners', 'print a CODEOWNERS file')
    .option('--platform <owner>', 'who owns everything else: a team of the gateway file, or a @name; repeat it', collect, [])
    .action(run(async (files, options) => (await import('../commands/owners.ts')).owners(files, options)));

  gw.command('sunset')
    .description('say which operations end, when, and who still calls them')
    .argument(documents, documentsHelp)
    .addOption(option.config)
    .addOption(option.now)
    .addOption(new Option('--access-log <file>', 'lines of the gateway; repeat it').argParser(collect).default([], ''))
    .option('--fail-within <days>', 'fail when one that is still called ends within so many days')
    .option('--json', 'print JSON')
    .action(run(async (files, options) => (await import('../commands/sunset.ts')).sunset(files, options)));
}
