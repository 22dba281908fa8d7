import { randomUUID } from 'node:crypto';
import { fetchJson } from '../auth/fetch-json.ts';
import { later } from '../later.ts';
import type { QuotaReached } from '../limits/quota-marks.ts';
import type { RouteFacts } from './route-facts.ts';
import { Usage, type UsageDelta, type UsageRow } from './usage.ts';
import { UsageExport } from './usage-export.ts';
import { UsageNotices, type WebhookSettings } from './usage-notices.ts';

/** Where usage is told, resolved. */
export interface UsageSettings {
  readonly file?: string;
  readonly webhook?: WebhookSettings;
}

export interface UsageReportOptions {
  readonly settings: () => UsageSettings;
  readonly gateway: string;
  readonly describe: (route: string) => RouteFacts | undefined;
  readonly say: (level: 'info' | 'error', msg: string, fields: object) => void;
}

/** PR-7. */
const FLUSH_MS = 10_000;

/** What becomes of the counts of the threads: kept for `GET /usage`, exported each ten seconds, and looked at for notices. */
export class UsageReport {
  readonly #describe: UsageReportOptions['describe'];
  readonly #usage: Usage;
  readonly #export: UsageExport;
  readonly #notices: UsageNotices;
  #isRunning = false;
  readonly #byVersion = new Map<string, number>();
  readonly #deprecated = new Map<string, number>();

  constructor({ settings, gateway, describe, say }: UsageReportOptions) {
    const clock = Date.now;
    this.#describe = describe;
    this.#usage = new Usage(clock, describe);
    this.#export = new UsageExport({
      ...{ usage: this.#usage, gateway, instance: randomUUID(), clock, newId: randomUUID, say },
      file: () => settings().file,
    });
    this.#notices = new UsageNotices({ webhook: () => settings().webhook, gateway, post: fetchJson, later, clock, say });
  }

  /** What a thread has counted. The first count begins the rhythm of the export. */
  add(delta: UsageDelta): void {
    for (const row of this.#usage.add(delta)) this.#notices.look(row);
    for (const [route, , counts] of delta) this.#total(route, counts);
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#again();
  }

  /** RL-8. */
  quotaReached(reached: QuotaReached): void {
    this.#notices.quotaReached(reached);
  }

  /** As `Usage.rows`. */
  rows(after?: string): Iterable<UsageRow> | undefined {
    return this.#usage.rows(after);
  }

  /** Requests since the start by version of the API (RT-12). */
  get byVersion(): ReadonlyMap<string, number> {
    return this.#byVersion;
  }

  /** Requests since the start to what is deprecated, by route (LC-5). */
  get deprecated(): ReadonlyMap<string, number> {
    return this.#deprecated;
  }

  /** Exports the rest. */
  async end(): Promise<void> {
    await this.#export.flush();
  }

  #total(route: string, counts: readonly number[]): void {
    const facts = this.#describe(route);
    const requests = counts.reduce((sum, count) => sum + count, 0);
    if (facts?.version !== undefined) add(this.#byVersion, facts.version, requests);
    if (facts?.deprecated === true) add(this.#deprecated, route, requests);
  }

  #again(): void {
    later(() => void this.#export.flush().then(() => this.#again()), FLUSH_MS);
  }
}

function add(counts: Map<string, number>, name: string, more: number): void {
  counts.set(name, (counts.get(name) ?? 0) + more);
}
