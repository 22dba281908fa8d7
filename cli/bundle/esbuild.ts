import { join } from 'node:path';
import { type BuildFailure, type BuildOptions, type BuildResult, build, type Metafile, type Plugin } from 'esbuild';
import { GwError } from '../errors.ts';
import { packageRoot } from '../package-root.ts';

/** The emitted modules by name, without `gw:`. */
export type VirtualModules = Readonly<Record<string, string>>;

export interface Bundled {
  readonly code: string;
  /** Source map, where one was asked for. */
  readonly map: string | undefined;
  readonly metafile: Metafile;
}

/** The oldest Node that a bundle runs on. */
export const oldestNode = '22.19.0';

/** Names `gw:<name>` the emitted text, and `gw-runtime/<module>` a file of `runtime/`. */
function modulesOfGw(modules: VirtualModules): Plugin {
  return {
    name: 'gw',
    setup(builder) {
      builder.onResolve({ filter: /^gw:/ }, ({ path }) => ({ path: path.slice('gw:'.length), namespace: 'gw' }));
      builder.onLoad({ filter: /.*/, namespace: 'gw' }, ({ path }) => {
        const contents = Object.hasOwn(modules, path) ? modules[path] : undefined;
        if (contents === undefined) return { errors: [{ text: `no module gw:${path} was emitted` }] };
        return { contents, loader: 'js', resolveDir: packageRoot };
      });
      builder.onResolve({ filter: /^gw-runtime\// }, ({ path }) => ({
        path: join(packageRoot, 'runtime', `${path.slice('gw-runtime/'.length)}.ts`),
      }));
    },
  };
}

/**
 * Bundles an entry file of `templates/bundle/`. Always minified and ASCII, and no setting of the machine is read, so the same input gives
 * the same bytes wherever gw is installed: un-minified output would hold paths.
 *
 * @param entry file below `templates/bundle/`
 */
export async function bundleEntry(
  entry: string,
  modules: VirtualModules,
  options: Pick<BuildOptions, 'format' | 'globalName' | 'banner' | 'footer'> & { readonly sourcemap?: boolean },
): Promise<Bundled> {
  const { sourcemap, ...rest } = options;
  const result = await run({
    ...rest,
    absWorkingDir: packageRoot,
    entryPoints: [join('templates', 'bundle', entry)],
    outfile: join(packageRoot, 'dist', 'bundle.js'),
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    charset: 'ascii',
    legalComments: 'none',
    sourcemap: sourcemap === true ? 'external' : false,
    platform: 'node',
    target: `node${oldestNode}`,
    tsconfigRaw: { compilerOptions: { target: 'es2024', verbatimModuleSyntax: true } },
    plugins: [modulesOfGw(modules)],
    logLevel: 'silent',
  });
  const text = (suffix: string): string | undefined => result.outputFiles.find(({ path }) => path.endsWith(suffix))?.text;
  return { code: text('.js') ?? '', map: text('.map'), metafile: result.metafile };
}

type Options = BuildOptions & { write: false; metafile: true };

/** Text that we emitted and that does not compile is our fault; an esbuild that does not run is the environment's. */
async function run(options: Options): Promise<BuildResult<Options>> {
  try {
    return await build<Options>(options);
  } catch (error) {
    if (isBuildFailure(error)) throw new Error(`invariant: what was emitted compiles: ${error.message}`);
    const reason = error instanceof Error ? error.message : String(error);
    throw new GwError('ERR_GW_BUNDLE', `esbuild does not run: ${reason}`, 'Install the dependencies of gw again.');
  }
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors) && error.errors.length > 0;
}
