import { child, type Node } from '../load/document.ts';
import { member } from '../load/pointer.ts';
import type { ApiOperation, Fields, Resolver } from '../resolve/api.ts';
import { fieldsOf, isFields } from '../resolve/walk.ts';

/** Whether an operation shows what is sent and what comes back: an example of the body, and of the first good answer. */
export function isExampleHolder(operation: ApiOperation): boolean {
  const { requestBody, responses, api } = operation;
  const answer = [...responses].filter(([status]) => /^2/.test(status)).sort(([a], [b]) => (a < b ? -1 : 1))[0]?.[1];
  const shown = (holder: Node<Fields> | undefined): boolean => holder === undefined || contentShows(holder, api.resolver);
  return shown(requestBody) && shown(answer);
}

/** Whether one of the media types has an example; true where there are none. */
function contentShows(holder: Node<Fields>, resolver: Resolver): boolean {
  const content = member(holder.value, 'content');
  if (!isFields(content) || Object.keys(content).length === 0) return true;
  return Object.keys(content).some((type) => {
    const media = fieldsOf(resolver.resolve(child(child(holder, 'content'), type))?.node ?? holder);
    if (media === undefined) return false;
    if (has(media.value, 'example') || has(media.value, 'examples')) return true;
    const schema = fieldsOf(resolver.resolve(child(media, 'schema'))?.node ?? media);
    return schema !== undefined && (has(schema.value, 'example') || has(schema.value, 'examples'));
  });
}

function has(fields: Fields, name: string): boolean {
  return member(fields, name) !== undefined;
}
