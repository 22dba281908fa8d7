/**
 * The command line. Its commands are defined in `command-line/`; each is a file of `commands/`, loaded when it runs.
 * Exit codes (L16): 0 fine, 1 findings or a failed check, 2 wrong usage or environment, 3 a fault of gw itself.
 */
import { Command, CommanderError } from 'commander';
import { defineDocumentCommands } from './command-line/documents.ts';
import { defineGatewayCommands } from './command-line/gateways.ts';
import { defineOperatorCommands } from './command-line/operations.ts';
import { defineReviewCommands } from './command-line/reviews.ts';
import { fail } from './commands/failure.ts';
import { gwVersion } from './package-root.ts';

function program(): Command {
  const gw = new Command('gw')
    .description('The compiler for API gateways: OpenAPI documents in, one JavaScript file out.')
    .version(gwVersion, '-V, --version', 'print the version')
    .option('--debug', 'show the stack of an error')
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', EXAMPLES);
  defineDocumentCommands(gw.commandsGroup('Documents:'));
  defineGatewayCommands(gw.commandsGroup('Gateways:'));
  defineReviewCommands(gw.commandsGroup('Reviews:'));
  defineOperatorCommands(gw.commandsGroup('Running gateways:'));
  return gw;
}

const EXAMPLES = `
Examples:
  $ npx --no-install gw lint openapi.yaml
  $ npx --no-install gw build openapi.yaml --upstream http://localhost:9000 -o dist
  $ npx --no-install gw explain "GET /v2/orders/42" -H "x-client-type: mobile"

Exit codes: 0 fine, 1 findings, 2 wrong usage or environment, 3 a fault of gw itself.`;

/** Runs one command line; the exit code is left in `process.exitCode`. */
async function main(): Promise<void> {
  process.stdout.on('error', endOnLostOutput);
  process.stderr.on('error', () => process.exit(2));
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

/** `gw routes | head` is no fault; output to a full disk is lost. */
function endOnLostOutput(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(`gw: Standard output cannot be written: ${error.message}.\n`);
  process.exit(2);
}

await main();
