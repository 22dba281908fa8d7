import type { Place } from '../../../diagnostics.ts';
import type { Node } from '../../../load/document.ts';
import { below, member } from '../../../load/pointer.ts';
import { rootOf, type Visit } from '../../../resolve/walk.ts';
import { defineRule } from '../../rule.ts';
import { isLiteralCredential, secretIn } from '../../secrets.ts';

/** Members of schemas and parameters that hold values, which are published with the document. */
const values: readonly string[] = ['default', 'const'];

export default defineRule({
  id: 'gateway/secret-literal',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary: 'No credential stands in a document or a gateway file.',
  why: 'Both are read by everybody who can read the repository, and what x-gateway says is compiled into the bundle.',
  fix: 'Take it from the environment (${NAME}) or a file in the gateway file, and replace the credential: it is known now.',
  source: 'DESIGN §1: specs carry no secrets; CWE-798',
  create: ({ config, report }) => {
    const judge = (node: Node, severity: 'error' | 'warn', visit?: Visit): void => {
      for (const { at, name, value } of textsBelow(node)) {
        const secret = secretIn(value) ?? (severity === 'error' && isLiteralCredential(name, value) ? 'a credential' : undefined);
        if (secret !== undefined) report({ at, message: `This is ${secret}`, severity, visit });
      }
    };
    return {
      object(visit) {
        const { node, kind } = visit;
        const at = (key: string): Node => ({
          document: node.document,
          pointer: below(node.pointer, key),
          value: member(node.value, key),
        });
        if (member(node.value, 'x-gateway') !== undefined) judge(at('x-gateway'), 'error', visit);
        if (kind === 'server') judge(at('url'), 'error', visit);
        if (kind === 'schema' && visit.read) for (const key of values) judge(at(key), 'warn', visit);
      },
      end() {
        for (const document of config?.documents ?? []) judge(rootOf(document), 'error');
      },
    };
  },
});

interface Text {
  readonly at: Place;
  /** The nearest key. */
  readonly name: string;
  readonly value: string;
}

/** All texts of a value, in order. Iterative: documents nest as deep as they like. */
function textsBelow({ document, pointer, value }: Node): readonly Text[] {
  const texts: Text[] = [];
  const open: { readonly name: string; readonly pointer: string; readonly value: unknown }[] = [{ name: '', pointer, value }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { name, value: found, pointer: at } = next;
    if (typeof found === 'string') texts.push({ at: { file: document.file, pointer: at, part: 'value' }, name, value: found });
    else if (typeof found === 'object' && found !== null) {
      const isList = Array.isArray(found);
      for (const [key, item] of Object.entries(found).reverse())
        open.push({ name: isList ? name : key, pointer: below(at, key), value: item });
    }
  }
  return texts;
}
