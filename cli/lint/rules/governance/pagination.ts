import { type Node, placeOf } from '../../../load/document.ts';
import { below, member } from '../../../load/pointer.ts';
import { count, list, object, oneOf, text } from '../../../plan/shape.ts';
import type { ApiOperation, ApiParameter, Fields } from '../../../resolve/api.ts';
import { isFields } from '../../../resolve/walk.ts';
import { segmentsOf } from '../../paths.ts';
import { firstTime } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';
import { hasType, isJson, objectAt, propertiesOf, wholeSchema } from '../../schemas.ts';

interface PaginationOptions {
  /** Names, without case and separators, of the parameter that says how many. */
  readonly limit: readonly string[];
  /** Names, likewise, of those that say from where by number. */
  readonly offset: readonly string[];
  /** `cursor`: pages by number are reported. */
  readonly style: 'any' | 'cursor';
  /** Largest page that a parameter may allow. */
  readonly largest: number;
}

/** Members of a page, its list included: totals, cursors and links. What has more is one resource with a list in it. */
const LARGEST_ENVELOPE = 10;
const SCALARS = ['string', 'number', 'integer', 'boolean'];

export default defineRule<PaginationOptions>({
  id: 'governance/pagination',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'A GET that answers a list has a parameter that limits it, and that parameter has a maximum.',
  why: 'A list without a limit grows until it no longer fits any timeout; a limit without a maximum is none.',
  fix: 'Add a `limit` with a maximum and a cursor, or say maxItems where the list cannot grow.',
  source: 'OWASP API Security Top 10 2023, API4; LINT §6.1 E',
  options: {
    shape: object({ limit: list(text()), offset: list(text()), style: oneOf('any', 'cursor'), largest: count(1) }),
    defaults: {
      limit: [
        'limit',
        'pagesize',
        'perpage',
        'size',
        'count',
        'top',
        'first',
        'last',
        'take',
        'maxresults',
        'maxitems',
        'maxpagesize',
      ],
      offset: ['offset', 'page', 'pagenumber', 'skip', 'start', 'startat', 'startindex'],
      style: 'any',
      largest: 1000,
    },
  },
  create: ({ isBuilt, report, resolver, visitOf, options }) => {
    const isNew = firstTime();
    const named = (operation: ApiOperation, names: readonly string[]): ApiParameter | undefined =>
      operation.parameters.find(
        ({ name, in: place }) =>
          place === 'query' &&
          names.includes(
            name
              .toLowerCase()
              .replaceAll(/[^a-z0-9]/g, '')
              .replace(/^page(?=limit$)/, ''),
          ),
      );
    return {
      operation(operation) {
        const { method, path, node } = operation;
        if (method !== 'GET' || !isBuilt(operation) || !answersList(operation)) return;
        const limit = named(operation, options.limit);
        if (limit === undefined) {
          report({ at: placeOf(node, 'key'), message: `GET ${path} answers a list that nothing limits`, operation });
          return;
        }
        const offset = options.style === 'cursor' ? named(operation, options.offset) : undefined;
        if (offset !== undefined && isNew(offset.node.value)) {
          const at = { ...placeOf(offset.node), pointer: below(offset.node.pointer, 'name') };
          report({
            at,
            message: `'${offset.name}' counts from the start: a cursor is wanted`,
            visit: visitOf(offset.node),
            operation,
          });
        }
        if (isNew(limit.node.value)) checkMaximum(limit, operation);
      },
    };

    function checkMaximum({ name, node }: ApiParameter, operation: ApiOperation): void {
      const schema = objectAt(node, 'schema', resolver);
      if (schema === undefined) return;
      const parts = wholeSchema(schema, resolver);
      const bounded = parts.find(({ value }) => typeof value.maximum === 'number' || typeof value.exclusiveMaximum === 'number');
      if (parts.some(({ value }) => Array.isArray(value.enum) || value.const !== undefined)) return;
      const maximum = bounded === undefined ? undefined : Number(bounded.value.maximum ?? bounded.value.exclusiveMaximum);
      if (bounded === undefined || maximum === undefined) {
        report({ at: placeOf(schema, 'key'), message: `'${name}' has no maximum`, visit: visitOf(schema), operation });
      } else if (maximum > options.largest) {
        const key = bounded.value.maximum === undefined ? 'exclusiveMaximum' : 'maximum';
        const at = { ...placeOf(bounded), pointer: below(bounded.pointer, key) };
        report({
          at,
          message: `'${name}' allows ${maximum} at a time, more than ${options.largest}`,
          visit: visitOf(bounded),
          operation,
        });
      }
    }

    /** Whether the answer is a list without an end, or a page: an object around one list of things, and little else. */
    function answersList({ path, responses }: ApiOperation): boolean {
      const schema = successSchema(responses);
      if (schema === undefined) return false;
      if (hasType(schema, 'array', resolver)) return isOpenEnded(schema);
      // What one resource holds is no page of a collection.
      if (segmentsOf(path).at(-1)?.includes('{') !== false) return false;
      const properties = [...propertiesOf(schema, resolver).values()];
      const lists = properties.filter((property) => hasType(property, 'array', resolver));
      const [only] = lists;
      const isPage = lists.length === 1 && properties.length <= LARGEST_ENVELOPE;
      return isPage && only !== undefined && isOpenEnded(only) && !holdsScalars(only);
    }

    /** A settings object names its hosts or languages in a list of texts; a page holds things. */
    function holdsScalars(list: Node): boolean {
      return wholeSchema(list, resolver).some((part) => {
        const items = objectAt(part, 'items', resolver);
        return items !== undefined && SCALARS.some((type) => hasType(items, type, resolver));
      });
    }

    function isOpenEnded(schema: Node): boolean {
      return wholeSchema(schema, resolver).every(({ value }) => value.maxItems === undefined && value.prefixItems === undefined);
    }

    function successSchema(responses: ApiOperation['responses']): Node<Fields> | undefined {
      const response = responses.get('200') ?? responses.get('2XX');
      const content = response?.value.content;
      if (response === undefined || !isFields(content)) return undefined;
      const type = Object.keys(content).find(isJson);
      if (type === undefined) return undefined;
      const media: Node = { ...response, pointer: below(response.pointer, 'content', type), value: member(content, type) };
      return objectAt(media, 'schema', resolver);
    }
  },
});
