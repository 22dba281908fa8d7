import { check } from '../compile.ts';
import { GwError } from '../errors.ts';
import { writeMerged } from '../merge/write.ts';
import { compileRequests, NO_UPSTREAM, type Options, text } from './input.ts';
import { findingsOf, print, report, slowProgress, writeText } from './output.ts';
import { refuseSources } from './write.ts';

/** `gw merge`: one OpenAPI document of all teams; YAML when the file is named so, else JSON. */
export async function merge(documents: readonly string[], options: Options): Promise<number> {
  const [request, another] = compileRequests(documents, options, {
    defaultPreset: 'serve',
    showOnly: true,
    upstream: NO_UPSTREAM,
  });
  if (request === undefined || another !== undefined) {
    throw new GwError('ERR_GW_USAGE', 'gw merge writes the document of one gateway', 'Give -c once.');
  }
  const { merged, ...checked } = check({ ...request, until: 'merge' }, slowProgress('merge'));
  if (checked.failed || merged === undefined) {
    await report(findingsOf([{ ...checked, merged }]), options);
    return 1;
  }
  const file = text(options, 'output');
  if (file !== undefined) refuseSources([file], checked.workspace);
  const document = writeMerged(merged, { publicOnly: options.public === true });
  const written = /\.ya?ml$/.test(file ?? '')
    ? (await import('yaml')).stringify(document, { aliasDuplicateObjects: false })
    : `${JSON.stringify(document, null, 2)}\n`;
  if (file === undefined) await print(written);
  else writeText(file, written);
  return 0;
}
