import { authNoneWarning, manifestRoute } from '../bundle/manifest.ts';
import type { Compiled, CompileRequest } from '../compile.ts';
import { emitMatcher } from '../emit/matcher.ts';
import { plural } from '../report/findings.ts';
import { DEV_ISSUER_PORT, type DevIssuer, startDevIssuer } from '../serve/dev-issuer.ts';
import { serve as serveGateways } from '../serve/serve.ts';
import type { SessionOutput } from '../serve/session.ts';
import type { RequestView } from '../ui/serve-model.ts';
import { filesOf } from './build.ts';
import { compileRequests, type Options } from './input.ts';
import { drawsScreens, findingsOf, report, wantsColor } from './output.ts';
import { writeOutput } from './write.ts';

/** `gw serve`: build, run, follow every save. Ctrl-C drains; a second one ends at once. A screen on a terminal, plain lines elsewhere. */
export async function serve(documents: readonly string[], options: Options): Promise<number> {
  const requests = compileRequests(documents, options, { defaultPreset: 'serve', runsIssuer: true });
  const issuer = requests.some(({ auth }) => auth === 'dev') ? await startDevIssuer(DEV_ISSUER_PORT) : undefined;
  try {
    const variables = issuer === undefined ? {} : { GW_DEV_ISSUER: issuer.url };
    if (drawsScreens()) return await serveOnScreen(requests, issuer, variables);
    if (requests.some(({ auth }) => auth === 'none')) process.stderr.write(`gw: WARNING: ${authNoneWarning}\n`);
    return await serveGateways(requests, (gateway) => plainOutput(requests, gateway, options, issuer), onSignals, variables);
  } finally {
    await issuer?.close();
  }
}

/** How one gets a token for a gateway, and one that may do whatever its documents name. */
async function tokenLines(issuer: DevIssuer, { plan }: Compiled): Promise<readonly string[]> {
  const named = (plan?.routes ?? []).flatMap(({ security = [] }) => security.flatMap((one) => Object.values(one).flat()));
  const scope = [...new Set(named)].sort().join(' ');
  const claims = { sub: 'developer', ...(scope === '' ? {} : { scope }) };
  const at = issuer.url.endsWith(`:${DEV_ISSUER_PORT}`) ? '' : ` --issuer ${issuer.url}`;
  return [
    `development issuer ${issuer.url}: curl -H "Authorization: Bearer $(gw token${at})" …`,
    `token of developer, for an hour: ${await issuer.token({ claims })}`,
  ];
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
function plainOutput(requests: readonly CompileRequest[], gateway: number, options: Options, issuer?: DevIssuer): SessionOutput {
  const label = labelOf(requests, gateway);
  const say = (line: string): void => void process.stderr.write(`gw: ${label === '' ? '' : `${label}: `}${line}\n`);
  return {
    building: () => undefined,
    built: (compiled) => report(findingsOf([compiled]), options, true),
    write: (folder, compiled) => writeOutput(folder, filesOf(compiled)),
    serving({ url, admin }, compiled) {
      say(`serving ${url} (${plural(compiled.plan?.routes.length ?? 0, 'route')}), admin ${admin}`);
      if (issuer !== undefined) void tokenLines(issuer, compiled).then((lines) => lines.forEach(say));
    },
    say,
    hear: (line, from) => void process[from].write(`${line}\n`),
  };
}

/** Everything on one screen, which is gone at the end; where it was, one line says what happened. */
async function serveOnScreen(
  requests: readonly CompileRequest[],
  issuer: DevIssuer | undefined,
  variables: Readonly<Record<string, string>>,
): Promise<number> {
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
    serving({ url }, compiled) {
      model.serving(gateway, url);
      if (issuer !== undefined) void tokenLines(issuer, compiled).then(([line = '']) => model.say(gateway, line));
    },
    say: (line) => model.say(gateway, line),
    hear: (line) => model.hear(gateway, line),
  });
  try {
    const stopping = (ending: () => void): void => {
      stop = ending;
      onSignals(ending);
    };
    return await serveGateways(requests, outputOf, stopping, variables);
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
