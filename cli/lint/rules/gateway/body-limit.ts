import { placeOf } from '../../../load/document.ts';
import { object, size } from '../../../plan/shape.ts';
import { bytes, parseSize } from '../../../plan/units.ts';
import { isFields } from '../../../resolve/walk.ts';
import { placeId } from '../../lifecycle-values.ts';
import { firstTime } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';
import { essence, isJson } from '../../schemas.ts';

interface BodyLimitOptions {
  /** Largest body that is to be read whole, which validation does. */
  readonly whole: string;
}

export default defineRule<BodyLimitOptions>({
  id: 'gateway/body-limit',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'Uploads say how large they may be, and what is validated is no larger than memory allows.',
  why: 'Where nothing is written 1MiB is the limit, which most files exceed; a body that is validated is held in memory as a whole, for each request at once.',
  fix: 'Set x-gateway.limits.body at the operation; stream what is large instead of validating it.',
  source: 'SEMANTICS HL-1, VA-5; OWASP API Security Top 10 2023, API4',
  options: { shape: object({ whole: size() }), defaults: { whole: '16MiB' } },
  create: ({ config, effectiveOf, isBuilt, report, options: { whole } }) => {
    const isNew = firstTime();
    return {
      operation(operation) {
        const { requestBody, method, path, node } = operation;
        const content = requestBody?.value.content;
        if (!isFields(content) || !isBuilt(operation)) return;
        const types = Object.keys(content);
        const values = effectiveOf(operation);
        const limit = values.get('limits.body');
        if (limit === undefined) {
          const takesFiles = types.some((type) =>
            /^(?:multipart\/form-data|application\/octet-stream|image\/|video\/|audio\/)/.test(essence(type)),
          );
          if (!takesFiles || config?.bodyLimit !== undefined) return;
          const message = `${method} ${path} takes files, and nothing says how large: 1MiB is the limit`;
          report({ at: placeOf(node, 'key'), message, hint: 'Set x-gateway.limits.body.', operation });
          return;
        }
        const written = limit.node.value;
        const isRead = types.some(isJson) && values.get('validation.request')?.node.value !== 'none';
        if (!isRead || typeof written !== 'string' || (parseSize(written) ?? 0) <= bytes(whole) || !isNew(placeId(limit.node)))
          return;
        const message = `Bodies up to ${written} are held in memory to validate them, more than ${whole}`;
        report({ at: placeOf(limit.node), message, operation });
      },
    };
  },
});
