/** The parts of SARIF 2.1.0 (OASIS, errata 01, §3) that gw writes, as strict as the standard and closed: anything else is a mistake. */
const text = { type: 'string' };
const closed = (properties: Readonly<Record<string, unknown>>, required: readonly string[] = []) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const listOf = (items: unknown) => ({ type: 'array', items });
const bag = { type: 'object', properties: { tags: { type: 'array', items: text, uniqueItems: true } } };
const level = { enum: ['none', 'note', 'warning', 'error'] };
const message = closed({ text, markdown: text }, ['text']);
const line = { type: 'integer', minimum: 1 };
const artifactLocation = closed({ uri: { type: 'string', format: 'uri-reference' }, uriBaseId: text, description: message });
const region = closed({ startLine: line, startColumn: line, endLine: line, endColumn: line }, ['startLine']);
const physicalLocation = closed({ artifactLocation, region }, ['artifactLocation']);
const location = closed({
  id: { type: 'integer', minimum: 0 },
  physicalLocation,
  logicalLocations: listOf(closed({ fullyQualifiedName: text, kind: text })),
  message,
});
const descriptor = closed(
  {
    id: text,
    name: { type: 'string', pattern: '^([A-Z0-9][a-z0-9]*)+$' },
    shortDescription: message,
    fullDescription: message,
    help: message,
    defaultConfiguration: closed({ level }),
    properties: bag,
  },
  ['id'],
);
const result = closed(
  {
    ruleId: text,
    ruleIndex: { type: 'integer', minimum: 0 },
    level,
    message,
    locations: listOf(location),
    relatedLocations: { ...listOf(location), uniqueItems: true },
    partialFingerprints: { type: 'object', additionalProperties: text },
    suppressions: listOf(closed({ kind: { enum: ['inSource', 'external'] }, justification: text }, ['kind'])),
    properties: bag,
  },
  ['message'],
);

export const sarifSchema = closed(
  {
    $schema: { type: 'string', format: 'uri' },
    version: { const: '2.1.0' },
    runs: {
      ...listOf(
        closed(
          {
            tool: closed(
              { driver: closed({ name: text, version: text, semanticVersion: text, rules: listOf(descriptor) }, ['name']) },
              ['driver'],
            ),
            columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
            originalUriBaseIds: { type: 'object', additionalProperties: artifactLocation },
            invocations: listOf(
              closed(
                {
                  executionSuccessful: { type: 'boolean' },
                  toolExecutionNotifications: listOf(closed({ level, message }, ['message'])),
                },
                ['executionSuccessful'],
              ),
            ),
            results: listOf(result),
          },
          ['tool', 'results'],
        ),
      ),
      minItems: 1,
      maxItems: 20,
    },
  },
  ['version', 'runs'],
);
