import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suites } from '../support/data-sets.ts';

const ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', f: '\f', '0': '\0' };

/**
 * The messages in the documents of llhttp's own tests, latin1, where the suites are at hand; `\n` there is a line's end, its escapes are
 * spelled out.
 */
export function llhttpCases(kind: 'request' | 'response'): readonly string[] {
  const folder = join(suites, 'llhttp', kind);
  if (suites === '' || !existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/```http\n([\s\S]*?)```/g)])
    .map(([, text = '']) =>
      text
        .replace(/\n$/, '')
        .replace(/\\\n/g, '')
        .replace(/\n/g, '\r\n')
        .replace(/\\([rntf0]|x[0-9a-fA-F]{2})/g, (_whole, code: string) => unescaped(code)),
    );
}

function unescaped(code: string): string {
  return ESCAPES[code] ?? String.fromCharCode(Number.parseInt(code.slice(1), 16));
}
