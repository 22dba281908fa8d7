/**
 * `npm run bench`: what building and running costs here, beside the budgets. Writes RESULTS.md. The documents of GW_CORPUS are measured when
 * it is set; without it GitHub's description as npm ships it. Figures of one machine at one time: compare within a run only.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { arch, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../cli/package-root.ts';
import { comparing } from './comparing.ts';
import { type Linting, linting, watching } from './linting.ts';
import { type Cost, measureGw, mebibytes, median, seconds } from './measure.ts';
import { routing } from './routing.ts';
import { reloads, startUp } from './running.ts';

interface DocumentBudget {
  readonly name: string;
  readonly file: string;
  readonly budget: string;
}

const corpus = process.env.GW_CORPUS;
const octokit = join(packageRoot, 'node_modules/@octokit/openapi/generated/api.github.com.json');
const documents: readonly DocumentBudget[] = [
  { name: 'GitHub (@octokit/openapi)', file: octokit, budget: '-' },
  ...(corpus === undefined
    ? []
    : [
        { name: 'github-api.json', file: join(corpus, 'github-api.json'), budget: '4 s, 800 MB, 4 MB' },
        { name: 'datadog-v2.yaml', file: join(corpus, 'datadog-v2.yaml'), budget: '5 s, 1 GB, 6 MB' },
        { name: 'museum.yaml', file: join(corpus, 'museum.yaml'), budget: '-' },
      ]),
];

const RUNS = 3;
const LINT_RUNS = 5;
const folder = mkdtempSync(join(tmpdir(), 'gw-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}

const builds: string[] = [];
for (const { name, file, budget } of documents) {
  if (!existsSync(file)) continue;
  say(`building ${name}`);
  const out = join(folder, name.replaceAll(/\W/g, '-'));
  const run = (): Promise<Cost> => measureGw(['build', file, '--upstream', 'http://127.0.0.1:9', '--auth', 'none', '-o', out]);
  const cost = await median(RUNS, run);
  const size = statSync(join(out, 'gateway.mjs')).size;
  const { routes } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
  builds.push(
    `| ${name} | ${routes.length} | ${mebibytes(statSync(file).size)} | ${seconds(cost.wallMs)} | ${seconds(cost.cpuMs)} | ${mebibytes(cost.maxRssBytes)} | ${mebibytes(size)} | ${budget} |`,
  );
}
say('linting');
const others = [{ name: 'GitHub (@octokit/openapi)', files: [octokit] }];
const lints = await linting(corpus, others, folder, LINT_RUNS, say);
const watched = await watching(folder, LINT_RUNS);
say('comparing');
const comparisons = await comparing(corpus, folder, RUNS);
say('starting');
const bundle = join(folder, documents.at(1) === undefined ? 'GitHub--octokit-openapi-' : 'github-api-json', 'gateway.mjs');
const start = await startUp(bundle, RUNS);
say('reloading');
const pauses = await reloads(folder);
say('limits');
const limits = execFileSync(process.execPath, [join(packageRoot, 'test/bench/limits.ts')], { encoding: 'utf8' });
say('routing');
const routes = await routing();

function lintRow({ name, bytes, budget, gw, redocly }: Linting): string {
  const costs = ({ wallMs, cpuMs, maxRssBytes }: Cost): string =>
    `${seconds(wallMs)} | ${seconds(cpuMs)} | ${mebibytes(maxRssBytes)}`;
  const other =
    redocly === undefined
      ? '- | - | - | - | -'
      : `${costs(redocly)} | ${(gw.wallMs / redocly.wallMs).toFixed(2)} | ${(gw.cpuMs / redocly.cpuMs).toFixed(2)}`;
  return `| ${name} | ${mebibytes(bytes)} | ${costs(gw)} | ${budget} | ${other} |`;
}

const results = `# What it costs

Written by \`npm run bench\`, ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim()} (${arch()}). The machine is
shared: figures move by a third from run to run. Budgets are those of the design.

## Building

Whole process, median of ${RUNS} runs: \`gw build FILE --upstream URL --auth none\`.

| document | routes | size | wall | CPU | memory | gateway.mjs | budget |
|---|---|---|---|---|---|---|---|
${builds.join('\n')}

## Linting

Whole process, median of ${LINT_RUNS} runs: \`gw lint FILE --upstream URL\`, preset \`recommended\`, beside \`redocly lint FILE\` with its recommended rules, run in
turn. The ratios are ours to theirs: at most 1, on the largest at most 0.5. Farms are several documents that make one gateway, at which redocly does not look.

| document | size | wall | CPU | memory | budget | redocly: wall | CPU | memory | ratio of wall | of CPU |
|---|---|---|---|---|---|---|---|---|---|---|
${lints.map(lintRow).join('\n')}

\`gw lint --watch\` on a document of 500 operations, from the save to the last line of findings, 25 ms of which it waits for further writes:
**${watched.toFixed(0)} ms** (budget 150 ms).

## Comparing

Whole process, median of ${RUNS} runs: \`gw diff BASE HEAD\`, both sides read from text. The size is that of both.

| sides | size | wall | CPU | memory | budget |
|---|---|---|---|---|---|
${comparisons.map(({ name, bytes, cost, budget }) => `| ${name} | ${mebibytes(bytes)} | ${seconds(cost.wallMs)} | ${seconds(cost.cpuMs)} | ${mebibytes(cost.maxRssBytes)} | ${budget} |`).join('\n')}

## Starting

The bundle of GitHub's description with one thread, from \`node gateway.mjs\` to the end of the first answer (a 404, so no upstream takes
part): **${start.toFixed(0)} ms** (budget 600 ms, aim 250 ms).

## Reloading

How long a worker answers nobody while it loads another generation, per MB of the generation's text: **${pauses.perMegabyteMs.toFixed(1)} ms** at a generation of
${mebibytes(pauses.bytes)} (budget 15 ms, aim 8 ms). Workers load one after the other, so others answer meanwhile.

## Limits

One decision over the limits of a request, without the request: in memory that threads share, the least of several runs; in Redis by CPU time of the
gateway's thread, 64 at once. \`node test/bench/limits.ts\` alone.

\`\`\`text
${limits.trimEnd()}
\`\`\`

## Routing

Matching one normalized path, nanoseconds, and the ratio to a gateway of 10 routes (budget 2, aim 1.2). *Hot*: requests go to ten of the
routes; *all*: to every route equally, which is the memory's cost more than the walk's.

| routes | hot | ratio | all | ratio |
|---|---|---|---|---|
${routes.map(({ count, hotNs, hotRatio, allNs, allRatio }) => `| ${count} | ${hotNs.toFixed(0)} | ${hotRatio.toFixed(2)} | ${allNs.toFixed(0)} | ${allRatio.toFixed(2)} |`).join('\n')}
`;
writeFileSync(join(packageRoot, 'test/bench/RESULTS.md'), results);
process.stdout.write(results);
