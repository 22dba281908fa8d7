import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { corpusEntryFiles } from '../support/corpus.ts';
import { corpus } from '../support/data-sets.ts';
import { everydayAndLibrary } from '../support/everyday-yaml.ts';

describe.skipIf(corpus === '')('everyday YAML of real documents', () => {
  it('is read as the library reads it, nearly all of it', () => {
    let read = 0;
    const files = corpusEntryFiles(corpus).filter((file) => !file.endsWith('.json') && !file.startsWith('pairs/'));
    for (const file of files) {
      const [everyday, library] = everydayAndLibrary(readFileSync(join(corpus, file), 'utf8'), 50);
      expect(JSON.stringify(everyday) === JSON.stringify(library), file).toBe(true);
      if (everyday !== undefined) read++;
    }
    expect(read).toBeGreaterThan(0.9 * files.length);
  }, 60_000);
});
