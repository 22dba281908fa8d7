import { type RouteTexts, routeTextsOf } from '../admin/route-texts.ts';
import type { LoadedBundle } from '../load-generation.ts';

/** What a count of requests says of its route. */
export interface RouteFacts {
  readonly method: string;
  readonly template: string;
  /** RT-12. */
  readonly version?: string;
  /** `deprecated: true`, or a date for it. */
  readonly deprecated: boolean;
  /** As written: a date, or a date-time. */
  readonly deprecatedAt?: string;
  readonly sunset?: string;
  readonly successor?: string;
  readonly docs?: string;
}

const known = new WeakMap<object, ReadonlyMap<string, RouteFacts>>();

/** What a bundle says of each of its routes, by id. Read once a bundle. */
export function routeFacts(bundle: LoadedBundle): ReadonlyMap<string, RouteFacts> {
  const found = known.get(bundle) ?? factsOf(routeTextsOf(bundle));
  known.set(bundle, found);
  return found;
}

function factsOf({ routes, values }: RouteTexts): ReadonlyMap<string, RouteFacts> {
  return new Map(
    routes.map(({ id, method, template, deprecated, values: own }) => {
      const written = (key: string): unknown =>
        own.map((index) => values[index]).find((value) => value?.key === key && value.skipped === undefined)?.value;
      const text = (key: string): string | undefined => {
        const value = written(key);
        return typeof value === 'string' ? value : undefined;
      };
      const version = nameOf(written('version'));
      const deprecatedAt = text('lifecycle.deprecated');
      const [sunset, successor, docs] = ['sunset', 'successor', 'docs'].map((key) => text(`lifecycle.${key}`));
      const facts: RouteFacts = {
        method,
        template,
        deprecated: deprecated === true || deprecatedAt !== undefined,
        ...(version === undefined ? {} : { version }),
        ...(deprecatedAt === undefined ? {} : { deprecatedAt }),
        ...(sunset === undefined ? {} : { sunset }),
        ...(successor === undefined ? {} : { successor }),
        ...(docs === undefined ? {} : { docs }),
      };
      return [id, facts] as const;
    }),
  );
}

function nameOf(version: unknown): string | undefined {
  const name: unknown = typeof version === 'object' && version !== null ? Reflect.get(version, 'name') : undefined;
  return typeof name === 'string' ? name : undefined;
}
