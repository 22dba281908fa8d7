import { placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import { firstTime, schemesOf } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';

/** Names, without case and separators, of what should not be written into logs and histories. */
const sensitive =
  /^(?:(?:access|refresh|id|auth|session|bearer|api|security|csrf)?token|jwt|(?:api|access|secret|private)key|(?:client)?secret|password|passwd|pwd|passphrase|pin|ssn|e?mail(?:address)?|creditcard(?:number)?|cardnumber|iban)$/;

export default defineRule({
  id: 'security/key-in-query',
  severity: 'error',
  presets: ['recommended'],
  summary: 'No credential, and nothing as private as one, stands in a URL.',
  why: 'URLs are written into logs, histories and Referer headers along the whole way.',
  fix: 'Take the key from a header; send tokens, passwords and addresses of people in a header or the body.',
  source: 'RFC 9110 §17.9; RFC 6750 §5.3',
  create: ({ isBuilt, report, visitOf }) => {
    const isNew = firstTime();
    return {
      operation(operation) {
        for (const [name, scheme] of schemesOf(operation)) {
          const { type, in: place } = scheme.value;
          if (type !== 'apiKey' || place !== 'query' || !isBuilt(operation) || !isNew(scheme.value)) continue;
          const at = { ...placeOf(scheme), pointer: below(scheme.pointer, 'in') };
          report({ at, message: `The key of '${name}' stands in the URL`, hint: 'Write in: header.', visit: visitOf(scheme) });
        }
        for (const parameter of operation.parameters) {
          const { name, in: place, node } = parameter;
          if ((place !== 'query' && place !== 'path') || !sensitive.test(name.toLowerCase().replaceAll(/[^a-z]/g, ''))) continue;
          if (!isNew(node.value) || !isBuilt(operation)) continue;
          const at = { ...placeOf(node), pointer: below(node.pointer, 'name') };
          report({ at, message: `'${name}' stands in the URL`, severity: 'warn', visit: visitOf(node), operation });
        }
      },
    };
  },
});
