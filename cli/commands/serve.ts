import { authNoneWarning, manifestRoute } from '../bundle/manifest.ts';
import type { Compiled, CompileRequest } from '../compile.ts';
import { emitMatcher } from '../emit/matcher.ts';
import { plural } from '../report/findings.ts';
import { serve as serveGateways } from '../serve/serve.ts';
import type { SessionOutput } from '../serve/session.ts';
import type { RequestView } from '../ui/serve-model.ts';
import { filesOf } from './build.ts';
import { compileRequests, type Options } from './input.ts';
import { drawsScreens, findingsOf, report, wantsColor } from './output.ts';
import { writeOutput } from './write.ts';

/** `gw serve`: build, run, follow every save. Ctrl-C drains; a second one ends at once. A screen on a terminal, plain lines elsewhere. */
export async function serve(documents: readonly string[], options: Options): Promise<number> {
  const requests = compileRequests(documents, options, { defaultPreset: 'serve' });
  if (drawsScreens()) return await serveOnScreen(requests);
  if (requests.some(({ auth }) => auth === 'none')) process.stderr.write(`gw: WARNING: ${authNoneWarning}\n`);
  return await serveGateways(requests, (gateway) => plainOutput(requests, gateway, options), onSignals);
}

function onSignals(stop: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
}

/** Which of several gateways something is about. */
function labelOf(requests: readonly CompileRequest[], gateway: number): string {
  const source = requests[gateway]?.source;
  return requests.length > 1 && source?.kind === 'config' ? source.file : '';
}

/** Findings and the access log on standard output, everything else on standard error. */
function plainOutput(requests: readonly CompileRequest[], gateway: number, options: Options): SessionOutput {
  const label = labelOf(requests, gateway);
  const say = (line: string): void => void process.stderr.write(`gw: ${label === '' ? '' : `${label}: `}${line}\n`);
  return {
    building: () => undefined,
    built: (compiled) => report(findingsOf([compiled]), options, true),
    write: (folder, compiled) => writeOutput(folder, filesOf(compiled)),
    serving: ({ url, admin }, { plan }) => say(`serving ${url} (${plural(plan?.routes.length ?? 0, 'route')}), admin ${admin}`),
    say,
    hear: (line, from) => void process[from].write(`${line}\n`),
  };
}

/** Everything on one screen, which is gone at the end; where it was, one line says what happened. */
async function serveOnScreen(requests: readonly CompileRequest[]): Promise<number> {
  const [{ ServeModel }, { openServeScreen }, { destination }] = await Promise.all([
    import('../ui/serve-model.ts'),
    import('../ui/serve-screen.ts'),
    import('./routes.ts'),
  ]);
  const warning = requests.some(({ auth }) => auth === 'none') ? authNoneWarning : '';
  const model = new ServeModel(
    requests.map((_, gateway) => labelOf(requests, gateway)),
    warning,
  );
  const running = new Map<number, Compiled>();
  let stop = (): void => undefined;
  const screen = openServeScreen({
    model,
    color: wantsColor(process.stdout),
    quit: () => stop(),
    explain: (request) => explained(running.get(request.gateway), request),
  });
  const outputOf = (gateway: number): SessionOutput => ({
    building: () => model.building(gateway),
    async built(compiled) {
      if (compiled.bundle !== undefined) running.set(gateway, compiled);
      model.built(gateway, compiled, (route) => {
        const planned = compiled.plan?.routes[route];
        return planned === undefined ? '' : destination(planned.action);
      });
    },
    write: (folder, compiled) => writeOutput(folder, filesOf(compiled)),
    serving: ({ url }) => model.serving(gateway, url),
    say: (line) => model.say(gateway, line),
    hear: (line) => model.hear(gateway, line),
  });
  try {
    return await serveGateways(requests, outputOf, (ending) => {
      stop = ending;
      onSignals(ending);
    });
  } finally {
    await screen.close();
    process.stderr.write(`gw: served ${plural(model.state().total, 'request')}\n`);
  }
}

/** What happens to a request in the gateway that runs. */
async function explained(compiled: Compiled | undefined, { method, path }: RequestView): Promise<readonly string[]> {
  const plan = compiled?.plan;
  if (plan === undefined) return ['The gateway is not built yet.'];
  const { explanation } = await import('./explain.ts');
  const gateway = { name: plan.name, routes: plan.routes.map(manifestRoute), matcher: () => emitMatcher(plan) };
  return (await explanation(gateway, `${method} ${path}`)).trimEnd().split('\n');
}
