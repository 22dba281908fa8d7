import type { LoadedBundle } from '../load-generation.ts';

/** A route as the build describes it (`cli/bundle/admin-routes.ts`). */
export interface RouteText {
  readonly id: string;
  readonly method: string;
  readonly template: string;
  readonly deprecated?: true;
  readonly split?: readonly { readonly upstream: string; readonly weight: number }[];
  readonly values: readonly number[];
}

export interface ValueText {
  readonly key: string;
  readonly value: unknown;
  readonly skipped?: string;
}

/** What the build says of every route: written into the file as data. */
export interface RouteTexts {
  readonly values: readonly ValueText[];
  readonly routes: readonly RouteText[];
}

const known = new WeakMap<object, RouteTexts>();

/** Read when somebody asks first, and kept as long as the bundle (AD-6). */
export function routeTextsOf(bundle: LoadedBundle): RouteTexts {
  const found: RouteTexts = known.get(bundle) ?? JSON.parse(bundle.file.routes);
  known.set(bundle, found);
  return found;
}
