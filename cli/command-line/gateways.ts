import { type Command, Option } from 'commander';
import { collect, documents, documentsHelp, option, run } from './options.ts';

/** Commands for making a gateway of documents, running it on a laptop, and asking it. */
export function defineGatewayCommands(gw: Command): void {
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
    .action(run(async (files, options) => (await import('../commands/build.ts')).build(files, options)));

  gw.command('serve')
    .description('build, run, and follow every save without dropping a request')
    .option('--mock', 'answer from the examples and schemas of the documents instead of upstreams')
    .argument(documents, documentsHelp)
    .addOption(option.config)
    .addOption(option.upstream)
    .addOption(option.auth)
    .addOption(option.preset('serve'))
    .addOption(option.now)
    .action(run(async (files, options) => (await import('../commands/serve.ts')).serve(files, options)));

  gw.command('token')
    .description('print a token of the development issuer that gw serve --auth dev runs')
    .option('--issuer <url>', 'where it is (GW_DEV_ISSUER, http://127.0.0.1:9902)')
    .option('--sub <subject>', 'whom it names', 'developer')
    .option('--scope <scope>', 'what it is good for; repeat it', collect, [])
    .option('--role <role>', 'a role of the caller; repeat it', collect, [])
    .option('--audience <audience>', 'whom it is for')
    .option('--claim <name=value>', 'a claim; the value may be JSON; repeat it', collect, [])
    .option('--expires <time>', 'how long it is valid (15m); -1m for one that has expired', '1h')
    .action(run(async (_files, options) => (await import('../commands/token.ts')).token(options)));

  gw.command('routes')
    .description('print the route table, of documents or of a built gateway')
    .argument('[sources...]', `${documentsHelp}; or the folder of a built gateway`)
    .addOption(option.config)
    .addOption(option.upstream)
    .option('--json', 'print JSON')
    .action(run(async (files, options) => (await import('../commands/routes.ts')).routes(files, options)));

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
      run(async (files, options, request) => (await import('../commands/explain.ts')).explain(request ?? '', files, options)),
    );
}
