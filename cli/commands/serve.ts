import { authNoneWarning } from '../bundle/manifest.ts';
import { GwError } from '../errors.ts';
import { serve as serveGateway } from '../serve/serve.ts';
import { filesOf } from './build.ts';
import { compileRequests, type Options } from './input.ts';
import { findingsOf, report } from './output.ts';
import { writeOutput } from './write.ts';

/** `gw serve`: build, run, follow every save. Ctrl-C drains; a second one ends at once. */
export async function serve(documents: readonly string[], options: Options): Promise<number> {
  const [request, another] = compileRequests(documents, options, { defaultPreset: 'serve' });
  if (request === undefined || another !== undefined) {
    throw new GwError('ERR_GW_USAGE', 'gw serve runs one gateway', 'Give -c once.');
  }
  if (request.auth === 'none') process.stderr.write(`gw: WARNING: ${authNoneWarning}\n`);
  const output = {
    findings: (compiled: Parameters<typeof filesOf>[0]) => report(findingsOf([compiled]), options, true),
    write: (folder: string, compiled: Parameters<typeof filesOf>[0]) => writeOutput(folder, filesOf(compiled)),
    say: (line: string) => void process.stderr.write(`gw: ${line}\n`),
  };
  return await serveGateway(request, output, (stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  });
}
