import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../cli/package-root.ts';

/** One `import`, `export … from` or `import(…)` of a source file. */
interface Import {
  readonly file: string;
  /** As written. */
  readonly specifier: string;
  /** Path below the package for `./` and `../`, else the specifier. */
  readonly target: string;
  readonly typeOnly: boolean;
}

const STATEMENT = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\((?:\/\*.*?\*\/)?\s*'([^']+)'\s*\)/gm;

function filesOf(folder: string): readonly string[] {
  return readdirSync(join(packageRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|js|mjs)$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name).slice(packageRoot.length + 1))
    .sort();
}

function textOf(file: string): string {
  return readFileSync(join(packageRoot, file), 'utf8');
}

function importsOf(folder: string): readonly Import[] {
  return filesOf(folder).flatMap((file) =>
    [...textOf(file).matchAll(STATEMENT)].map(([, type, from, dynamic]): Import => {
      const specifier = from ?? dynamic ?? '';
      const target = specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier;
      return { file, specifier, target, typeOnly: type !== undefined };
    }),
  );
}

/** `file → specifier` of every import that breaks a rule. */
function broken(imports: readonly Import[], allowed: (one: Import) => boolean): readonly string[] {
  return imports.filter((one) => !allowed(one)).map(({ file, specifier }) => `${file} → ${specifier}`);
}

const within = (...folders: readonly string[]) => {
  return ({ target }: Import): boolean => folders.some((folder) => target.startsWith(`${folder}/`));
};

describe('bin → cli → runtime ← templates', () => {
  it('finds the imports', () => {
    expect(importsOf('runtime').length).toBeGreaterThan(100);
    expect(importsOf('cli').some(({ target, typeOnly }) => typeOnly && target.startsWith('runtime/'))).toBe(true);
  });

  const packages: readonly string[] = ['undici', 'jose', 'ioredis', 'bcryptjs'];

  it('runtime imports itself, Node and a few packages', () => {
    const itself = within('runtime');
    const known = ({ specifier }: Import): boolean => specifier.startsWith('node:') || packages.includes(specifier);
    expect(broken(importsOf('runtime'), (one) => itself(one) || known(one))).toEqual([]);
  });

  it('only the host imports packages', () => {
    const host = ({ file, specifier }: Import): boolean => !packages.includes(specifier) || file.startsWith('runtime/host/');
    expect(broken(importsOf('runtime'), host)).toEqual([]);
  });

  it('templates import the runtime and what the compiler emits', () => {
    const runtime = within('runtime', 'templates');
    expect(broken(importsOf('templates/bundle'), (one) => runtime(one) || /^(?:gw|node):/.test(one.specifier))).toEqual([]);
  });

  it('cli takes types only from the runtime, and nothing from bin, templates, specs or test', () => {
    const cli = within('cli');
    const runtime = within('runtime');
    const foreign = (one: Import): boolean => one.specifier.startsWith('.') && !cli(one) && !(runtime(one) && one.typeOnly);
    expect(broken(importsOf('cli'), (one) => !foreign(one))).toEqual([]);
  });

  it('bin starts what was built and imports no source', () => {
    expect(broken(importsOf('bin'), ({ specifier }) => !specifier.startsWith('..'))).toEqual([]);
  });
});

describe('what lives outside the host', () => {
  /** What would outlive a generation: it could not be collected, or would run for one that has ended. */
  const lasting = /\b(?:setTimeout|setInterval|setImmediate)\s*\(|\.(?:on|once|addListener|addEventListener|prependListener)\(/;
  const outside = filesOf('runtime').filter((file) => !file.startsWith('runtime/host/'));

  it('sets no timer and listens to no emitter', () => {
    expect(outside.filter((file) => lasting.test(textOf(file)))).toEqual([]);
  });

  it('takes nothing from the process: no environment, no files, no sockets', () => {
    const taken = /\bprocess\.|from 'node:(?:fs|http|https|http2|tls|dgram|child_process|worker_threads|process|timers)/;
    expect(outside.filter((file) => taken.test(textOf(file)))).toEqual([]);
  });

  it('reaches nothing of Node from what a generation holds: its text is run by itself', () => {
    const imports = importsOf('runtime').filter(({ typeOnly }) => !typeOnly);
    const held = new Set(filesOf('runtime').filter((file) => /^runtime\/(?:actions|policies|validate)\//.test(file)));
    for (const file of held)
      for (const one of imports) if (one.file === file && one.specifier.startsWith('.')) held.add(one.target);
    const ofHeld = imports.filter(({ file }) => held.has(file));
    expect(broken(ofHeld, ({ target }) => target.startsWith('runtime/') && !target.startsWith('runtime/host/'))).toEqual([]);
  });

  it('is seen of a request through the exchange alone', () => {
    const seen = /\b(?:IncomingMessage|ServerResponse|Dispatcher)\b/;
    expect(outside.filter((file) => seen.test(textOf(file)))).toEqual([]);
  });
});

describe('screens', () => {
  it('are drawn by ink in one folder, which is loaded only when one is drawn', () => {
    const drawing = importsOf('cli').filter(({ specifier }) => specifier === 'ink' || specifier === 'react');
    expect(broken(drawing, ({ file }) => file.startsWith('cli/ui/'))).toEqual([]);
    const drawers = new Set(drawing.map(({ file }) => file));
    const eager = filesOf('cli')
      .filter((file) => !drawers.has(file))
      .flatMap((file) =>
        [...textOf(file).matchAll(/^import (?!type )[^;]*from '([^']+)'/gm)].map(([, to = '']) => [
          file,
          normalize(join(dirname(file), to)),
        ]),
      );
    expect(eager.filter(([, to = '']) => drawers.has(to))).toEqual([]);
  });
});
