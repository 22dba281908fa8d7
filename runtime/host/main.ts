import { Gateway } from './gateway.ts';
import { checkFree } from './listen-address.ts';
import { prepareCompiler, readBundle } from './load-generation.ts';
import { complain, messageOf, say, stackOf } from './say.ts';
import { hostSettings } from './settings.ts';

/** Exit codes: 0 fine, 2 the environment cannot run the gateway, 3 a fault of the gateway itself. */
const EXIT = { environment: 2, fault: 3 } as const;

/**
 * The main thread of `node gateway.mjs [--check]`. With `--check` it only says whether the environment can run the gateway.
 *
 * @param entry URL of `gateway.mjs`
 */
export async function runMain(entry: URL): Promise<void> {
  const unknown = process.argv.slice(2).filter((argument) => argument !== '--check');
  if (unknown.length > 0) return end([`${unknown.join(' ')} is not known. Use: node gateway.mjs [--check]`]);
  process.on('uncaughtException', (error) => {
    say('error', 'fault', { where: 'main', error: stackOf(error) });
    process.exit(EXIT.fault);
  });
  prepareCompiler();
  let bundle: ReturnType<typeof readBundle>;
  try {
    bundle = readBundle(entry);
  } catch (error) {
    return end([messageOf(error)]);
  }
  const settings = hostSettings(bundle.parts.gateway, process.env);
  if ('errors' in settings) return end(settings.errors);
  if (process.argv.includes('--check')) return void process.stdout.write('The environment is complete.\n');
  process.title = `gw ${bundle.file.name}`;
  try {
    if (settings.listen.port !== 0) await checkFree(settings.listen, 'PORT');
    if (settings.admin.port !== 0) await checkFree(settings.admin, 'GW_ADMIN');
    await new Gateway(entry, bundle, settings).start();
  } catch (error) {
    end([messageOf(error)]);
  }
}

function end(errors: readonly string[]): never {
  complain(errors);
  process.exit(EXIT.environment);
}
