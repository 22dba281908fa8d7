import { type Node, placeOf } from '../../../load/document.ts';
import { below, member } from '../../../load/pointer.ts';
import type { Visit } from '../../../resolve/walk.ts';
import { plainPublicHost } from '../../private-host.ts';
import { defineRule } from '../../rule.ts';

/** Where the keys of an issuer, or its answers, come from. */
const addresses: readonly (readonly string[])[] = [['issuer'], ['jwks'], ['endpoint'], ['introspection', 'endpoint']];

export default defineRule({
  id: 'security/jwt',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary: 'Tokens are verified with keys that come over https, and are meant for this gateway.',
  why: 'Whoever answers in place of the issuer issues tokens. (Missing issuer and audience, `none`, HS256 and a clock skew without end do not fit the form of a binding, which is an error of its own.)',
  fix: 'Write https, or a file: for keys that are brought along; name the audience.',
  source: 'SEMANTICS JW-1, JW-2; RFC 8725 §3.8, §3.9; RFC 8414 §2',
  create: ({ config, report }) => {
    const judge = (binding: Node, visit?: Visit): void => {
      const type = member(binding.value, 'type');
      if (type !== 'jwt' && type !== 'introspection') return;
      for (const keys of addresses) {
        const url = keys.reduce<unknown>((value, key) => member(value, key), binding.value);
        const host = typeof url === 'string' ? plainPublicHost(url) : undefined;
        if (host === undefined) continue;
        const at = { ...placeOf(binding), pointer: below(binding.pointer, ...keys) };
        report({
          at,
          message: `'${keys.at(-1)}' is not https: whoever stands between says which tokens of ${host} are valid`,
          visit,
        });
      }
      if (member(binding.value, 'audience') !== 'any') return;
      const at = { ...placeOf(binding), pointer: below(binding.pointer, 'audience') };
      report({ at, message: 'Tokens that were issued for any other service are taken', severity: 'warn', visit });
    };
    return {
      securityScheme(visit) {
        const { document, pointer, value } = visit.node;
        const binding = member(value, 'x-gateway');
        if (binding !== undefined) judge({ document, pointer: below(pointer, 'x-gateway'), value: binding }, visit);
      },
      end() {
        for (const binding of config?.security.values() ?? []) judge(binding);
      },
    };
  },
});
