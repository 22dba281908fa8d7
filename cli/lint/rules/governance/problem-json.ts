import { type Node, placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import type { Api, Fields } from '../../../resolve/api.ts';
import { isFields } from '../../../resolve/walk.ts';
import { firstTime } from '../../requirements.ts';
import { defineRule, type Finding } from '../../rule.ts';
import { essence, objectAt, propertiesOf } from '../../schemas.ts';

const members = ['type', 'title', 'status', 'detail'];

export default defineRule({
  id: 'governance/problem-json',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'Every answer that reports an error is application/problem+json with type, title, status and detail.',
  why: 'The gateway answers that way itself; a client should need one reader for the errors of all services.',
  fix: 'Describe the answer as application/problem+json, with one shared schema.',
  source: 'RFC 9457 §3',
  create: ({ isBuilt, report, resolver, visitOf }) => {
    const isNew = firstTime();
    const documents = new Map<Api, { findings: Finding[]; fine: number }>();
    return {
      operation(operation) {
        const { api, method, responses } = operation;
        if (method === 'HEAD' || !isBuilt(operation)) return;
        const found = documents.get(api) ?? { findings: [], fine: 0 };
        documents.set(api, found);
        for (const [status, response] of responses) {
          if (!/^[45]/.test(status) || !isNew(response.value)) continue;
          const problem = problemOf(response, status);
          if (problem === undefined) found.fine += 1;
          else found.findings.push({ ...problem, visit: visitOf(response), operation });
        }
      },
      end() {
        for (const [api, { findings, fine }] of documents) {
          const [first] = findings;
          if (first === undefined) continue;
          // A document that knows no such answer at all is told once.
          if (fine > 0 || findings.length < 3) for (const finding of findings) report(finding);
          else {
            const message = `None of the ${findings.length} errors that ${api.title} describes is application/problem+json as it should be`;
            const related = [{ at: first.at, message: `The first: ${first.message}` }];
            report({ at: { file: api.document.file, pointer: '/paths', part: 'key' }, message, related });
          }
        }
      },
    };

    function problemOf(response: Node<Fields>, status: string): Pick<Finding, 'at' | 'message'> | undefined {
      const { content } = response.value;
      if (!isFields(content) || Object.keys(content).length === 0)
        return { at: placeOf(response, 'key'), message: `Nothing says what the body of ${status} is` };
      const pointer = below(response.pointer, 'content');
      const name = Object.keys(content).find((type) => essence(type) === 'application/problem+json');
      if (name === undefined)
        return { at: { ...placeOf(response, 'key'), pointer }, message: `${status} is not application/problem+json` };
      const media: Node = { document: response.document, pointer: below(pointer, name), value: content[name] };
      const schema = objectAt(media, 'schema', resolver);
      const properties = schema === undefined ? new Map() : propertiesOf(schema, resolver);
      const missing = members.filter((member) => !properties.has(member));
      if (missing.length === 0) return undefined;
      return {
        at: placeOf(schema ?? media, schema === undefined ? 'key' : 'value'),
        message: `The problem of ${status} has no ${missing.join(', ')}`,
      };
    }
  },
});
