import { type Command, Option } from 'commander';
import { documents, documentsHelp, option, run } from './options.ts';

/** Commands for what teams do with their documents. */
export function defineDocumentCommands(gw: Command): void {
  gw.command('init')
    .description('write a gateway repository: gateway file, two sample teams, CI, CODEOWNERS, Dockerfile')
    .argument('[dir]', 'folder to write', '.')
    .addOption(new Option('--ci <service>', 'whose CI workflows').choices(['github', 'gitlab', 'none']).default('github'))
    .option('--force', 'replace files that are there')
    .action(run(async (_files, options, dir) => (await import('../commands/init.ts')).init(dir ?? '.', options)));

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
    .action(run(async (files, options) => (await import('../commands/lint.ts')).lint(files, options)));

  gw.command('merge')
    .description('write one OpenAPI document of all teams')
    .argument(documents, documentsHelp)
    .addOption(option.config)
    .addOption(option.output('file to write; standard output without it'))
    .option('--public', 'only what is listed')
    .addOption(option.format)
    .addOption(option.now)
    .action(run(async (files, options) => (await import('../commands/merge.ts')).merge(files, options)));

  gw.command('examples')
    .description('check the examples of the documents with the validators and routes that the gateway would have')
    .argument(documents, documentsHelp)
    .addOption(option.config)
    .addOption(option.format)
    .action(run(async (files, options) => (await import('../commands/examples.ts')).examples(files, options)));

  gw.command('schema')
    .description(
      'print the JSON Schema of documents, of the gateway file or of the json reports of lint and diff, for editors and tools',
    )
    .argument('<of>', 'openapi, config, report or diff')
    .option('--oas <version>', 'of which OpenAPI: 3.0, 3.1 or 3.2', '3.1')
    .action(run(async (_files, options, of) => (await import('../commands/schema.ts')).schema(of, options)));

  gw.command('rules')
    .description('list the rules, or say what one checks, why, and how to mend a finding')
    .argument('[rule]', 'id of a rule')
    .option('--json', 'print JSON')
    .action(run(async (_files, options, rule) => (await import('../commands/rules.ts')).rules(rule, options)));
}
