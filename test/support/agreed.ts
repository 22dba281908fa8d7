/**
 * Errors in real documents that a person agrees with, by file below the corpus and by rule, each with the reason. The table of all
 * documents, `test/conformance/CORPUS.md`, prints them.
 */
export const agreed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'spotify-official.yaml': { 'spec/structure': '`required: true` in a property, where every version has a list' },
  'zally-api.yaml': { 'spec/ref-remote': 'its schemas of problems would have to be fetched from the network' },
  'nexmo/voice.v2.yml': { 'spec/structure': '`operationId: {}`, as if it were an operation' },
  'pairs/discord-1y.base.json': { 'spec/structure': '`oneOf: []`, which no value fits' },
  'box.json': { 'route/template-unsupported': 'paths such as `/oauth2/token#refresh`: no request carries a fragment' },
  'pairs/box-1y.base.json': { 'route/template-unsupported': 'paths with a fragment' },
  'pairs/box-1y.head.json': { 'route/template-unsupported': 'paths with a fragment' },
};

/** The rules of the errors that are agreed with in a document. */
export function agreedRules(file: string): readonly string[] {
  return Object.keys(agreed[file] ?? {});
}
