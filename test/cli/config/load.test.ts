import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../../cli/config/gateway.ts';
import { type LoadedGateway, loadGateway } from '../../../cli/config/load.ts';
import { GwError } from '../../../cli/errors.ts';
import { openWorkspace } from '../../../cli/load/workspace.ts';
import { folderOf } from '../../support/folder.ts';

const document = 'openapi: 3.1.1';

function load(files: Readonly<Record<string, string>>, file = 'gateway.yaml'): LoadedGateway {
  return loadGateway(openWorkspace(folderOf({ 'openapi.yaml': document, ...files })), file);
}

function configOf(files: Readonly<Record<string, string>>, file?: string): GatewayConfig {
  const { config, diagnostics } = load(files, file);
  if (config === undefined) throw new Error(JSON.stringify(diagnostics));
  return config;
}

const messages = ({ diagnostics }: LoadedGateway): readonly string[] => diagnostics.map(({ message }) => message);

describe('loadGateway', () => {
  it('has defaults for all but the documents', () => {
    expect(configOf({ 'gateway.yaml': 'specs: [openapi.yaml]' })).toMatchObject({
      mode: 'platform',
      name: 'gateway',
      serves: undefined,
      hosts: [],
      entries: [{ file: 'openapi.yaml' }],
      server: {
        port: 8080,
        limits: { headBytes: 16_384, bodyBytes: 1_048_576 },
        timeouts: { headersMs: 10_000, drainMs: 25_000 },
      },
      telemetry: { accessLog: 'json' },
      admin: { listen: '127.0.0.1:9901' },
    });
  });

  it('keeps what the environment will say as it stands', () => {
    const file =
      'specs: [openapi.yaml]\nserver: { port: "${PORT}" }\nupstreams: { a: { url: "${A:-http://a}" } }\nadmin: { listen: "${ADMIN}" }';
    const { server, upstreams, admin } = configOf({ 'gateway.yaml': file });
    expect([server.port, upstreams.get('a')?.targets, admin.listen]).toEqual([
      '${PORT}',
      [{ url: '${A:-http://a}', weight: 1 }],
      '${ADMIN}',
    ]);
  });

  it('AD-2: knows which tokens of staff are good for what', () => {
    const file = (jwt: string): string =>
      `specs: [openapi.yaml]
security:
  staff: { type: jwt, issuer: https://id.test, audience: admin }
  key: { type: apiKey, keys: "file:keys.json" }
admin: { jwt: ${jwt} }`;
    const roles = '{ ops: ["routes:read"], audit: ["metrics:read", "limits:read"] }';
    expect(configOf({ 'gateway.yaml': file(`{ binding: staff, roles: ${roles} }`) }).admin.jwt).toEqual({
      binding: 'staff',
      roles: [
        ['audit', ['limits:read', 'metrics:read']],
        ['ops', ['routes:read']],
      ],
    });
    for (const [jwt, message] of [
      [`{ binding: stuff, roles: ${roles} }`, "There is no binding 'stuff' in security"],
      [`{ binding: key, roles: ${roles} }`, "The binding 'key' verifies no JWTs"],
      ['{ binding: staff }', "'jwt' needs 'roles'"],
      ['{ binding: staff, roles: { ops: [everything] } }', 'everything'],
    ] as const) {
      expect(messages(load({ 'gateway.yaml': file(jwt) })), jwt).toEqual([expect.stringContaining(message)]);
    }
  });

  it('knows where usage is told, and refuses what is no address', () => {
    const file = (usage: string): string => `specs: [openapi.yaml]\ntelemetry: { usage: { ${usage} } }`;
    const usageOf = (usage: string) => configOf({ 'gateway.yaml': file(usage) }).telemetry.usage;
    expect(usageOf('webhook: { url: "https://hooks.test/a?b=1" }')).toEqual({
      webhook: { url: 'https://hooks.test/a?b=1', threshold: 100 },
    });
    expect(usageOf('file: "${USAGE}"')).toEqual({ file: '${USAGE}' });
    expect(usageOf('')).toBeUndefined();
    for (const url of ['/hooks', 'ftp://hooks.test', 'https://', 'https://user:secret@hooks.test', '${HOOK:-hooks.test}']) {
      expect(messages(load({ 'gateway.yaml': file(`webhook: { url: "${url}" }`) })), url).toEqual([
        expect.stringMatching(/^A webhook /),
      ]);
    }
    for (const bad of ['webhook: {}', 'webhook: { url: "http://a", threshold: 0 }', 'file: ""', 'files: a']) {
      expect(messages(load({ 'gateway.yaml': file(bad) })), bad).toHaveLength(1);
    }
  });

  it('keeps how an upstream may be pipelined, and refuses what is no number of requests', () => {
    const file = (value: string): string =>
      `specs: [openapi.yaml]\nupstreams: { a: { url: "http://a", ${value} }, b: { url: "http://b" } }`;
    const { upstreams } = configOf({ 'gateway.yaml': file('pipelining: 8, pipelineCredentials: true') });
    expect(upstreams.get('a')).toMatchObject({ pipelining: 8, pipelineCredentials: true });
    expect(upstreams.get('b')).not.toHaveProperty('pipelining');
    for (const bad of ['pipelining: 0', 'pipelining: 65', 'pipelining: many', 'pipelineCredentials: 1']) {
      expect(messages(load({ 'gateway.yaml': file(bad) })), bad).toHaveLength(1);
    }
  });

  it('expands specs relative to the file that writes them, one entry per file', () => {
    const { entries } = configOf(
      {
        'gateways/public/gateway.yaml':
          'specs: ["../../teams/{b,a}/*.yaml", { files: ../../openapi.yaml, mount: /shop, owner: team-shop, security: { key: shopKey } }]\nsecurity: { shopKey: { type: apiKey } }',
        'teams/a/a.yaml': document,
        'teams/b/b.yaml': document,
      },
      'gateways/public/gateway.yaml',
    );
    expect(entries.map(({ node: _node, ...entry }) => entry)).toEqual([
      { file: 'openapi.yaml', mount: '/shop', owner: 'team-shop', security: { key: 'shopKey' } },
      { file: 'teams/a/a.yaml' },
      { file: 'teams/b/b.yaml' },
    ]);
  });

  it('says when a document is taken in twice, or a scheme stands for a binding nobody wrote', () => {
    expect(messages(load({ 'gateway.yaml': 'specs: ["*api.yaml", openapi.yaml]' }))).toEqual([]);
    expect(messages(load({ 'gateway.yaml': 'specs: [openapi.yaml, { files: openapi.yaml, mount: /a }]' }))).toEqual([
      'openapi.yaml is taken in twice',
    ]);
    expect(messages(load({ 'gateway.yaml': 'specs: [{ files: openapi.yaml, security: { a: b } }]' }))).toEqual([
      "There is no binding 'b' in security",
    ]);
  });

  it('says when keys are in a store that does not keep them', () => {
    const security = 'security: { k: { type: apiKey, keys: store } }';
    const file = (store: string) => ({ 'gateway.yaml': `specs: [openapi.yaml]\n${security}\n${store}` });
    expect(messages(load(file('')))).toEqual(['The gateway has no store that keeps keys']);
    expect(messages(load(file('store: memory')))).toEqual(['The gateway has no store that keeps keys']);
    expect(messages(load(file('store: redis://redis:6379')))).toEqual([]);
  });

  it('does not take the gateway file for a document', () => {
    expect(configOf({ 'gateway.yaml': 'specs: ["*.yaml"]\nextends: base.yaml', 'base.yaml': 'name: a' }).entries).toEqual([
      { file: 'openapi.yaml' },
    ]);
  });

  it('stops where no document is left', () => {
    expect(() => load({ 'gateway.yaml': 'specs: ["none/*.yaml"]' })).toThrow(GwError);
    expect(() => load({ 'gateway.yaml': 'name: a' })).toThrow('No document matches');
    expect(() => load({}, 'gateway.yaml')).toThrow('There is no file gateway.yaml');
  });

  it('gives no config, but findings, for what is no gateway file', () => {
    expect(load({ 'gateway.yaml': '- a' })).toMatchObject({ config: undefined, diagnostics: [{ rule: 'gateway/config' }] });
    expect(load({ 'gateway.yaml': 'a: [' })).toMatchObject({ config: undefined });
  });

  describe('extends', () => {
    const base =
      'upstreams: { a: { url: "http://base-a" }, b: { url: "http://base-b" }, c: { url: "http://base-c" } }\nserver: { limits: { body: 2MiB, headers: 7, connectionsPerAddress: 9 }, sanitizeErrors: false }\nteams: { t: {} }\nguardrails: [{ name: one, require: { owner: present } }]\nlint: { rules: { a/b: none, c/d: warn }, suppress: [{ rule: a/b, where: "**", reason: base }] }\ndefaults: { timeouts: { total: 1s } }\nserves: [x]\nspecs: [none.yaml]';

    it('merges by member, replaces values whole, and null removes', () => {
      const config = configOf({
        'platform/base.yaml': base,
        'gateway.yaml':
          'extends: platform/base.yaml\nspecs: [openapi.yaml]\nserves: [y]\nupstreams: { a: { url: "http://own-a" }, c: null }\nserver: { limits: { body: 3MiB } }\nguardrails: [{ name: two, require: { owner: present } }]\nlint: { rules: { a/b: error }, suppress: [{ rule: c/d, where: "**", reason: own }] }\ndefaults: { timeouts: { idle: 1s } }',
      });
      expect([...config.upstreams.values()].map(({ name, targets }) => [name, targets[0]?.url])).toEqual([
        ['a', 'http://own-a'],
        ['b', 'http://base-b'],
      ]);
      expect(config.server.limits).toMatchObject({
        bodyBytes: 3_145_728,
        headerCount: 7,
        connections: 10_000,
        connectionsPerAddress: 9,
      });
      expect(config.server.sanitizeErrors).toBe(false);
      expect(config.guardrails.map(({ name }) => name)).toEqual(['two', 'one']);
      expect(config.lint.rules).toEqual({ 'a/b': 'error', 'c/d': 'warn' });
      expect(config.lint.suppress.map(({ reason, at }) => [reason, at?.file])).toEqual([
        ['own', 'gateway.yaml'],
        ['base', 'platform/base.yaml'],
      ]);
      expect(config.defaults.map(({ document: { file } }) => file)).toEqual(['gateway.yaml', 'platform/base.yaml']);
      expect([config.serves, [...config.teams.keys()], config.documents.map(({ file }) => file)]).toEqual([
        ['y'],
        ['t'],
        ['gateway.yaml', 'platform/base.yaml'],
      ]);
    });

    it('refuses circles, and files that are not there or not inside', () => {
      const own = 'specs: [openapi.yaml]\n';
      expect(messages(load({ 'gateway.yaml': `${own}extends: b.yaml`, 'b.yaml': 'extends: gateway.yaml' }))).toEqual([
        'gateway.yaml extends itself',
      ]);
      expect(messages(load({ 'gateway.yaml': `${own}extends: gateway.yaml` }))).toEqual(['gateway.yaml extends itself']);
      expect(messages(load({ 'gateway.yaml': `${own}extends: none.yaml` }))).toEqual(['none.yaml does not exist']);
      expect(messages(load({ 'gateway.yaml': `${own}extends: ../x.yaml` }))[0]).toContain('outside');
      expect(messages(load({ 'gateway.yaml': `${own}extends: /etc/hosts` }))[0]).toContain('outside');
      expect(messages(load({ 'gateway.yaml': `${own}extends: b.yaml`, 'b.yaml': '[1]' }))).toEqual(['b.yaml is no gateway file']);
    });
  });

  it('takes names of the prototype for names', () => {
    const file =
      'specs: [openapi.yaml]\nupstreams: { __proto__: { url: "http://a" }, constructor: { url: "http://b" } }\nteams: { constructor: {} }\nvalueOf: 1';
    const loaded = load({ 'gateway.yaml': file });
    expect(messages(loaded)).toEqual(
      ["There is no 'valueOf' here", "'__proto__' must be a name of letters, digits, dot, dash and underscore"].sort(),
    );
    expect([...(loaded.config?.upstreams.keys() ?? [])]).toContain('constructor');
  });

  it('answers deep nesting by findings', () => {
    const deep = `${'{"a":'.repeat(490)}1${'}'.repeat(490)}`;
    const file = `{"specs":["openapi.yaml"],"plans":{"p":${deep}},"defaults":${deep},"teams":${deep}}`;
    const unknown = "There is no 'a' here";
    expect(messages(load({ 'gateway.yaml': file }))).toEqual([unknown, unknown, unknown]);
  });
});
