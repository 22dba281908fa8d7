import { existsSync, realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { check } from '../compile.ts';
import { GwError } from '../errors.ts';
import { effectiveRules, lintSettings } from '../lint/settings.ts';
import { GATEWAY_FILES, type Options, textList } from './input.ts';
import { lintRequests } from './lint.ts';
import { print } from './output.ts';

/**
 * `gw lint --print-config <file>`: how every rule is set for a document, as JSON (L19).
 *
 * @throws GwError when none of the gateways reads the file
 */
export async function printConfig(file: string, documents: readonly string[], options: Options): Promise<0> {
  const hasGateway = textList(options, 'config').length > 0 || GATEWAY_FILES.some((name) => existsSync(name));
  const requests = lintRequests(documents.length === 0 && !hasGateway ? [file] : documents, options);
  const rows = requests.flatMap((request) => {
    const { config, workspace } = check({ ...request, until: 'merge' });
    const name = existsSync(file) ? relative(request.root, realpathSync(file)).split(sep).join('/') : file;
    if (config === undefined || !workspace.files.includes(name)) return [];
    const preset = request.preset ?? config.lint.preset ?? request.defaultPreset;
    const settings = lintSettings(config.lint, { preset });
    const suppress = config.lint.suppress.map(({ at: _, ...row }) => row);
    return [{ file: name, gateway: config.name, preset, rules: Object.fromEntries(effectiveRules(settings)), suppress }];
  });
  if (rows.length === 0)
    throw new GwError('ERR_GW_FILE_NOT_FOUND', `No gateway here reads ${file}`, 'Name one of its documents.');
  await print(`${JSON.stringify(rows.length === 1 ? rows[0] : rows, null, 2)}\n`);
  return 0;
}
