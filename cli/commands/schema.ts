import { gatewayFileSchema } from '../config/editor-schema.ts';
import { openApiSchema } from '../config/openapi-schema.ts';
import { diffSchema } from '../diff/report/schema.ts';
import { GwError } from '../errors.ts';
import type { Json } from '../plan/ir.ts';
import { reportSchema } from '../report/report-schema.ts';
import type { OpenApiVersion } from '../resolve/api.ts';
import { type Options, text } from './input.ts';
import { print } from './output.ts';

const versions: readonly OpenApiVersion[] = ['3.0', '3.1', '3.2'];

/** `gw schema`: the JSON Schema of what people write and of what gw writes. */
export async function schema(of: string | undefined, options: Options): Promise<number> {
  await print(`${JSON.stringify(schemaOf(of, text(options, 'oas')), null, 2)}\n`);
  return 0;
}

function schemaOf(of: string | undefined, oas = '3.1'): Json {
  switch (of) {
    case 'openapi': {
      const version = versions.find((one) => one === oas);
      if (version === undefined)
        throw new GwError('ERR_GW_USAGE', `There is no schema of OpenAPI ${oas}`, `Write one of ${versions.join(', ')}.`);
      return openApiSchema(version);
    }
    case 'config':
      return gatewayFileSchema();
    case 'report':
      return reportSchema();
    case 'diff':
      return diffSchema();
    default:
      throw new GwError('ERR_GW_USAGE', `There is no schema ${of ?? ''}`, 'Write openapi, config, report or diff.');
  }
}
