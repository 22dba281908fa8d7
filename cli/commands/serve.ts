import { authNoneWarning } from '../bundle/manifest.ts';
import type { Compiled, CompileRequest } from '../compile.ts';
import { plural } from '../report/findings.ts';
import { serve as serveGateways } from '../serve/serve.ts';
import type { SessionOutput } from '../serve/session.ts';
import { filesOf } from './build.ts';
import { compileRequests, type Options } from './input.ts';
import { findingsOf, report } from './output.ts';
import { writeOutput } from './write.ts';

/** `gw serve`: build, run, follow every save. Ctrl-C drains; a second one ends at once. */
export async function serve(documents: readonly string[], options: Options): Promise<number> {
  const requests = compileRequests(documents, options, { defaultPreset: 'serve' });
  if (requests.some(({ auth }) => auth === 'none')) process.stderr.write(`gw: WARNING: ${authNoneWarning}\n`);
  const outputOf = (gateway: number): SessionOutput => plainOutput(labelOf(requests, gateway), options);
  return await serveGateways(requests, outputOf, (stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  });
}

/** Which of several gateways a line is about. */
function labelOf(requests: readonly CompileRequest[], gateway: number): string {
  const source = requests[gateway]?.source;
  return requests.length > 1 && source?.kind === 'config' ? `${source.file}: ` : '';
}

/** Findings and the access log on standard output, everything else on standard error. */
function plainOutput(label: string, options: Options): SessionOutput {
  const say = (line: string): void => void process.stderr.write(`gw: ${label}${line}\n`);
  return {
    building: () => undefined,
    built: (compiled: Compiled) => report(findingsOf([compiled]), options, true),
    write: (folder, compiled) => writeOutput(folder, filesOf(compiled)),
    serving: ({ url, admin }, { plan }) => say(`serving ${url} (${plural(plan?.routes.length ?? 0, 'route')}), admin ${admin}`),
    say,
    hear: (line, from) => void process[from].write(`${line}\n`),
  };
}
