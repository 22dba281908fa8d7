import { resolveEnvironment } from '../environment.ts';
import type { GatewaySpec } from '../gateway-spec.ts';
import { AuditLog } from './admin/audit-log.ts';
import { startAdmin } from './admin/listener.ts';
import type { AdminParts } from './admin/parts.ts';
import { AdminTokens } from './admin/tokens.ts';
import { checkFile } from './auth/credential-files.ts';
import { filesWanted } from './auth/credentials.ts';
import { readCertificate } from './certificates.ts';
import type { HostDrivers } from './drivers.ts';
import { Gateway } from './gateway.ts';
import { checkFree } from './listen-address.ts';
import { prepareCompiler, readBundle } from './load-generation.ts';
import { complain, messageOf, say, stackOf } from './say.ts';
import { type HostSettings, hostSettings } from './settings.ts';

/** Exit codes: 0 fine, 2 the environment cannot run the gateway, 3 a fault of the gateway itself. */
const EXIT = { environment: 2, fault: 3 } as const;

/**
 * The main thread of `node gateway.mjs [--check]`. With `--check` it only says whether the environment can run the gateway.
 *
 * @param entry URL of `gateway.mjs`
 * @param admin what the document of the admin listener compiled to
 * @param drivers what the bundle needs a package for
 */
export async function runMain(entry: URL, admin: AdminParts, drivers: HostDrivers): Promise<void> {
  const unknown = process.argv.slice(2).filter((argument) => argument !== '--check');
  if (unknown.length > 0) return end([`${unknown.join(' ')} is not known. Use: node gateway.mjs [--check]`]);
  // Who started us with a channel and is gone, however it ended, can stop us no more (`gw serve`).
  process.once('disconnect', () => void process.kill(process.pid, 'SIGINT'));
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
  if (process.argv.includes('--check')) return check(settings, bundle.parts.gateway);
  process.title = `gw ${bundle.file.name}`;
  try {
    if (settings.listen.port !== 0) await checkFree(settings.listen, 'PORT');
    if (settings.admin.port !== 0) await checkFree(settings.admin, 'GW_ADMIN');
    const { tokens, made } = settings.adminTokens;
    if (made !== undefined)
      say('info', 'admin token', { token: made, hint: 'For this process only; set GW_ADMIN_TOKEN or admin.tokens.' });
    const known = new AdminTokens(tokens, () => performance.now());
    const audit = new AuditLog({ file: settings.auditFile, clock: Date.now, say });
    await new Gateway(entry, bundle, settings, admin, drivers).start((gateway, address) =>
      startAdmin(gateway, address, known, audit),
    );
  } catch (error) {
    end([messageOf(error)]);
  }
}

/** Of `--check`. */
function check({ tls }: HostSettings, spec: GatewaySpec): void {
  const problems: string[] = [];
  const attempt = (read: () => void): void => {
    try {
      read();
    } catch (error) {
      problems.push(messageOf(error));
    }
  };
  if (tls !== undefined) attempt(() => readCertificate(tls));
  for (const file of filesWanted(spec, (text) => resolveEnvironment(text, process.env))) attempt(() => checkFile(file));
  if (problems.length > 0) end(problems);
  process.stdout.write('The environment is complete.\n');
}

function end(errors: readonly string[]): never {
  complain(errors);
  process.exit(EXIT.environment);
}
