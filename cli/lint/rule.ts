import type { Severity } from '../diagnostics.ts';

/** Rule presets; `serve` holds what `gw build` insists on. */
export type Preset = 'serve' | 'recommended';

/** How a rule is set: by its definition, a preset, or `lint.rules` of gateway.yaml (`none` switches it off). */
export type RuleSetting = Severity | 'none';
