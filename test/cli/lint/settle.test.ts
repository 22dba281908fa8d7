import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../../cli/diagnostics.ts';
import { lintSettings, ruleById } from '../../../cli/lint/settings.ts';
import { settle } from '../../../cli/lint/settle.ts';

const found = (rule: string, file = 'a/openapi.yaml'): Diagnostic => ({
  rule,
  severity: 'error',
  message: 'm',
  at: { file, pointer: '', part: 'value' },
  operation: { method: 'GET', path: '/orders' },
});

/** Where the suppressions stand. */
const at = { file: 'gateway.yaml', pointer: '/lint/suppress/0', part: 'value' } as const;

const settingsOf = (config: Partial<Parameters<typeof lintSettings>[0]>, preset = 'recommended', now?: string) =>
  lintSettings(
    { rules: config.rules ?? {}, suppress: (config.suppress ?? []).map((one) => ({ ...one, at })) },
    { preset, ...(now === undefined ? {} : { now, audit: true }) },
  );

const idsOf = (diagnostics: readonly Diagnostic[]) => diagnostics.map(({ rule, severity }) => `${rule} ${severity}`);

describe('settle', () => {
  it('drops what the preset does not hold', () => {
    expect(idsOf(settle([found('spec/structure-doc'), found('spec/structure')], settingsOf({}, 'serve')))).toEqual([
      'spec/structure error',
    ]);
  });

  it('sets severities and switches rules off', () => {
    const rules = { 'spec/structure': 'warn', 'spec/param-reserved': 'none', 'spec/structure-doc': 'error' };
    const diagnostics = ['spec/structure', 'spec/param-reserved', 'spec/structure-doc'].map((rule) => found(rule));
    expect(idsOf(settle(diagnostics, settingsOf({ rules }, 'serve')))).toEqual([
      'spec/structure warn',
      'spec/structure-doc error',
    ]);
  });

  it.each(['a/openapi.yaml', 'a/*.yaml', '**/openapi.yaml', '**', 'GET /orders', 'GET /**'])('suppresses at %s', (where) => {
    const suppress = [{ rule: 'spec/parse', where, reason: 'generated' }];
    const linted = settle([found('spec/parse')], settingsOf({ suppress }, 'recommended', '2026-01-01'));
    expect(idsOf(linted)).toEqual(['governance/suppression info']);
    expect(linted[0]?.message).toBe('1 suppression of this file accepts 1 finding');
    expect(settle([found('spec/parse')], settingsOf({ suppress }, 'serve', '2026-01-01'))).toEqual([]);
  });

  it('strict weighs every finding one step more, whatever its rule usually weighs', () => {
    const weighing = (severity: Diagnostic['severity']) => ({ ...found('governance/suppression'), severity });
    const linted = settle([weighing('info'), weighing('warn'), weighing('error')], settingsOf({}, 'strict'));
    expect(linted.map(({ severity }) => severity)).toEqual(['warn', 'error', 'error']);
  });

  it.each(['b/*.yaml', '*.yaml', 'a/openapi_yaml', 'POST /orders', 'GET /ord'])(
    'does not suppress at %s, and says so',
    (where) => {
      const suppress = [{ rule: 'spec/parse', where, reason: 'generated' }];
      const linted = settle([found('spec/parse')], settingsOf({ suppress }, 'recommended', '2026-01-01'));
      expect(idsOf(linted)).toEqual(['spec/parse error', 'governance/suppression error']);
      expect(idsOf(settle([found('spec/parse')], settingsOf({ suppress })))).toEqual(['spec/parse error']);
    },
  );
});

describe('L17: settings that name nothing', () => {
  it.each([
    [{ rules: { 'spec/strukture': 'warn' } }, 'ERR_GW_UNKNOWN_RULE', "Did you mean 'spec/structure'?"],
    [{ rules: { structure: 'warn' } }, 'ERR_GW_UNKNOWN_RULE', "Did you mean 'spec/structure'?"],
    [{ rules: { 'spec/parse': 'none' } }, 'ERR_GW_CONFIG', 'Accept single findings under `lint.suppress`, with a reason.'],
    [{ rules: { 'spec/structure': 'off' } }, 'ERR_GW_CONFIG', 'Write one of error, warn, info, none.'],
    [
      { suppress: [{ rule: 'nothing/like-it', where: '**', reason: 'x' }] },
      'ERR_GW_UNKNOWN_RULE',
      'All rules: npx --no-install gw rules',
    ],
  ])('%j', (config, code, hint) => {
    expect(() => settingsOf(config)).toThrow(expect.objectContaining({ code, hint }));
  });

  it('knows its presets and rules', () => {
    expect(() => settingsOf({}, 'strikt')).toThrow(expect.objectContaining({ code: 'ERR_GW_USAGE' }));
    expect(ruleById('spec/parse').locked).toBe(true);
  });
});
