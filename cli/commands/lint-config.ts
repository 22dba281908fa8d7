import { existsSync, realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import type { Checked } from '../compile.ts';
import { GwError } from '../errors.ts';
import { effectiveRules } from '../lint/settings.ts';
import { GATEWAY_FILES, type Options, textList } from './input.ts';
import { findingsOf, print, report } from './output.ts';

/** The document that `--print-config` names is what is linted, where there is neither a gateway file nor another document. */
export function documentsFor(documents: readonly string[], options: Options): readonly string[] {
  const { printConfig: file } = options;
  const hasGateway = textList(options, 'config').length > 0 || GATEWAY_FILES.some((name) => existsSync(name));
  return typeof file === 'string' && documents.length === 0 && !hasGateway ? [file] : documents;
}

/**
 * `gw lint --print-config [file]`: how every rule is set for each gateway, or for those that read a document: its severity, and its options
 * where it has some (L19).
 *
 * @throws GwError when none of the gateways reads the document
 */
export async function printConfig(checked: readonly Checked[], options: Options): Promise<number> {
  const file = typeof options.printConfig === 'string' ? options.printConfig : undefined;
  const readers = file === undefined ? checked : checked.filter((one) => reads(one, file));
  const gateways = readers.flatMap(({ config, settings }) => {
    if (config === undefined || settings === undefined) return [];
    const { preset, suppress } = settings;
    const rules = Object.fromEntries(effectiveRules(settings));
    return [{ gateway: config.name, preset, rules, suppress: suppress.map(({ at: _, ...rest }) => rest) }];
  });
  if (gateways.length < readers.length) {
    await report(findingsOf(readers), options);
    return 1;
  }
  if (gateways.length === 0) {
    throw new GwError('ERR_GW_FILE_NOT_FOUND', `No gateway here reads ${file}`, 'Name one of its documents.');
  }
  await print(`${JSON.stringify(gateways.length === 1 ? gateways[0] : gateways, null, 2)}\n`);
  return 0;
}

function reads({ workspace }: Checked, file: string): boolean {
  const name = existsSync(file) ? relative(workspace.root, realpathSync(file)).split(sep).join('/') : file;
  return workspace.files.includes(name);
}
