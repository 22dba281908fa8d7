import { placeOf } from '../../../load/document.ts';
import { below, member } from '../../../load/pointer.ts';
import { placeId } from '../../lifecycle-values.ts';
import { firstTime } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';

/** ID-2: header fields that tell services who calls, with `_` folded to `-`. */
const identity =
  /^(?:x-user-id|x-user-roles|x-roles|x-tenant-id|x-consumer-.+|x-auth-.+|x-gw-.+|client-cert.*|x-forwarded-client-cert)$/;

export default defineRule({
  id: 'gateway/identity-header',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary:
    'Only the gateway says who calls: no edit sets a header that services believe, and no operation wants one from its caller.',
  why: 'A service that trusts X-User-Id trusts whoever writes it. The gateway takes such headers off each request and writes them itself, after it verified the credentials.',
  fix: 'Give the header another name; what the service needs to know about the caller comes with the identity headers of the gateway.',
  source: 'SEMANTICS ID-2; CWE-290',
  create: ({ effectiveOf, isBuilt, report, visitOf }) => {
    const isNew = firstTime();
    return {
      operation(operation) {
        const edits = effectiveOf(operation).get('headers.request');
        for (const edit of ['set', 'add']) {
          for (const name of Object.keys(Object(edits === undefined ? undefined : member(edits.node.value, edit)))) {
            if (
              edits === undefined ||
              !isIdentity(name) ||
              !isNew(`${placeId(edits.node)} ${edit} ${name}`) ||
              !isBuilt(operation)
            )
              continue;
            const at = { ...placeOf(edits.node, 'key'), pointer: below(edits.node.pointer, edit, name) };
            report({ at, message: `'${name}' tells services who calls, and only the gateway says that`, operation });
          }
        }
        for (const { name, in: place, node } of operation.parameters) {
          if (place !== 'header' || !isIdentity(name) || !isNew(node.value) || !isBuilt(operation)) continue;
          const at = { ...placeOf(node), pointer: below(node.pointer, 'name') };
          const hint = 'The gateway takes it off: services must not believe it.';
          report({ at, message: `'${name}' is wanted from the caller`, severity: 'warn', hint, visit: visitOf(node), operation });
        }
      },
    };
  },
});

function isIdentity(name: string): boolean {
  return identity.test(name.toLowerCase().replaceAll('_', '-'));
}
