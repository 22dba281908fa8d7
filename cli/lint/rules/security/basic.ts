import { placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import { schemesOf } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'security/basic',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'No operation takes user name and password with every request.',
  why: 'Basic authentication sends a password that does not expire with each request, and cannot say what it is good for. On the public internet (audience: public) it is an error.',
  fix: 'Use tokens: http bearer, oauth2 or openIdConnect.',
  source: 'RFC 7617 §4',
  create: ({ effectiveOf, isBuilt, report, visitOf }) => {
    const found = new Map<unknown, () => void>();
    const isPublic = new Set<unknown>();
    return {
      operation(operation) {
        for (const [name, scheme] of schemesOf(operation)) {
          const { type, scheme: http } = scheme.value;
          if (type !== 'http' || String(http).toLowerCase() !== 'basic' || !isBuilt(operation)) continue;
          const audience = effectiveOf(operation).get('audience')?.node.value;
          if (Array.isArray(audience) && audience.includes('public')) isPublic.add(scheme.value);
          found.set(scheme.value, () =>
            report({
              at: { ...placeOf(scheme), pointer: below(scheme.pointer, 'scheme') },
              message: `'${name}' is a password that every request carries`,
              severity: isPublic.has(scheme.value) ? 'error' : 'warn',
              visit: visitOf(scheme),
            }),
          );
        }
      },
      end() {
        for (const say of found.values()) say();
      },
    };
  },
});
