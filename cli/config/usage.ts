import type { UsagePlan } from '../plan/ir.ts';
import { count, fits, object, type Shape, text } from '../plan/shape.ts';
import { fromEnvironment } from './env-text.ts';
import type { Layers } from './layers.ts';

/** Where something is sent to; unlike an upstream it may have a query. */
const address: Shape<string> = {
  schema: { type: 'string', pattern: '^https?://' },
  check(value, keys, report) {
    const url = typeof value === 'string' && /^https?:\/\/[^/]/i.test(value) && URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined) report(keys, 'value', 'A webhook is an absolute URL, such as https://hooks.example.com/gateway');
    else if (url.username !== '' || url.password !== '') report(keys, 'value', 'A webhook must not hold credentials');
  },
};

/** Where it is told who uses what. */
export const usageShape = object({
  file: fromEnvironment(text()),
  webhook: object({ url: fromEnvironment(address), threshold: count(1, 1_000_000_000) }, { required: ['url'] }),
});

const THRESHOLD = 100;

/** Of a gateway file; undefined = nowhere. */
export function usagePlan(layers: Layers): UsagePlan | undefined {
  const authored = layers.value('telemetry', 'usage')?.value;
  if (!fits(usageShape, authored)) return undefined;
  const { file, webhook } = authored;
  if (file === undefined && webhook === undefined) return undefined;
  return {
    ...(file === undefined ? {} : { file }),
    ...(webhook === undefined ? {} : { webhook: { url: webhook.url, threshold: webhook.threshold ?? THRESHOLD } }),
  };
}
