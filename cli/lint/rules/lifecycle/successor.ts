import { placeOf } from '../../../load/document.ts';
import { templateOf } from '../../../merge/merge.ts';
import type { ApiOperation } from '../../../resolve/api.ts';
import { dateOf, placeId } from '../../lifecycle-values.ts';
import { firstTime } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'lifecycle/successor',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'What has a sunset names its successor, and a successor among the paths of the gateway is there.',
  why: 'The gateway sends the successor with every answer, and with the 410 afterwards; a link to nothing leaves callers with nothing.',
  fix: 'Set x-gateway.lifecycle.successor to a path of this gateway or to a URL; where nothing follows, name a page under docs.',
  source: 'RFC 5829 §3.2; SEMANTICS LC-2',
  create: ({ config, effectiveOf, isBuilt, report }) => {
    const isNew = firstTime();
    /** Public paths with the names of their variables erased. */
    const served = new Set<string>();
    const waiting: (() => void)[] = [];
    return {
      operation(operation) {
        if (!isBuilt(operation)) return;
        const template = templateOf(operation);
        if (!('problem' in template)) served.add(erased(template.text));
        judge(operation);
      },
      end() {
        for (const say of waiting) say();
      },
    };

    function judge(operation: ApiOperation): void {
      const values = effectiveOf(operation);
      const sunset = dateOf(values, 'sunset');
      const successor = values.get('lifecycle.successor');
      const target = successor?.node.value;
      const { method, path } = operation;
      if (successor === undefined || typeof target !== 'string' || successor.skipped !== undefined) {
        if (sunset === undefined || values.has('lifecycle.docs') || !isNew(placeId(sunset.node))) return;
        const message = `Nothing says what comes after ${method} ${path}`;
        report({ at: placeOf(sunset.node, 'key'), message, operation });
        return;
      }
      // One document alone says nothing about the others of its gateway.
      if (!target.startsWith('/') || config?.mode !== 'platform' || !isNew(placeId(successor.node))) return;
      waiting.push(() => {
        if (served.has(erased(target))) return;
        report({ at: placeOf(successor.node), message: `The gateway serves no ${target}`, operation });
      });
    }
  },
});

function erased(template: string): string {
  return template.replace(/[?#].*$/, '').replaceAll(/\{[^{}]*\}/g, '{}');
}
