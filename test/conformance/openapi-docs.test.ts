import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { suites } from '../support/data-sets.ts';
import { diagnose } from '../support/diagnose.ts';

/** Findings in documents that the suite accepts, and why a person agrees with them. */
const agreed: Readonly<Record<string, readonly string[]>> = {
  // Its security scheme is a reference to the network, which gw never follows.
  'security-scheme-object-examples.yaml': ['spec/ref-remote'],
  // The template says {id}, the parameter petId, and the scheme is declared nowhere; the suite only checks schemas.
  'operation-object-example.yaml': ['spec/path-param', 'spec/path-param-unused', 'security/undefined-scheme'],
  // An unused path parameter without `required: true`.
  'style-defaults.yaml': ['spec/path-param'],
  // `/` at the end of a path; legal, and a trap.
  'uspto.yaml': ['route/slash'],
  // It declares TRACE, which a gateway never serves.
  'path_item_servers_parameters.yaml': ['route/method'],
  // `defaultMapping: Bar`, and no schema Bar.
  'mega.yaml': ['spec/discriminator'],
};

const documents = (folder: string): readonly string[] => (suites === '' ? [] : readdirSync(join(suites, 'openapi-docs', folder)));

/** What is said about OpenAPI itself: whether an API is well made is not what the suite asks. */
function judged(folder: string, file: string): readonly string[] {
  const found = diagnose(join(suites, 'openapi-docs', folder), [file]).filter(({ severity }) => severity !== 'info');
  return found.map(({ rule }) => rule).filter((rule) => /^(?:spec|route)\/|^security\/undefined-scheme$/.test(rule));
}

describe.skipIf(suites === '')('documents of the OpenAPI specification', () => {
  describe.each(['oai-3.0/pass', 'oai-3.1/pass', 'oai-3.2/pass'])('%s', (folder) => {
    it.each(documents(folder))('accepts %s', (file) => {
      const rules = [...new Set(judged(folder, file))].sort();
      expect(rules.filter((rule) => agreed[file]?.includes(rule) !== true)).toEqual([]);
    });
  });

  describe.each(['oai-3.1/fail', 'oai-3.2/fail'])('%s', (folder) => {
    it.each(documents(folder))('refuses %s', (file) => {
      expect(judged(folder, file)).not.toEqual([]);
    });
  });
});
