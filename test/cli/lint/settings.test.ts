import { describe, expect, it } from 'vitest';
import { check } from '../../../cli/compile.ts';
import { effectiveRules, lintSettings, ruleById, settingOf } from '../../../cli/lint/settings.ts';
import type { Json } from '../../../cli/plan/ir.ts';
import { folderOf } from '../../support/folder.ts';

const settingsOf = (rules: Readonly<Record<string, Json>>, preset = 'recommended') =>
  lintSettings({ rules, suppress: [] }, { preset });

describe('lint.rules', () => {
  it.each<[Json, { readonly severity: string; readonly options: unknown }]>([
    ['error', { severity: 'error', options: { style: 'kebab' } }],
    [['error', { style: 'camel' }], { severity: 'error', options: { style: 'camel' } }],
    [['none'], { severity: 'none', options: { style: 'kebab' } }],
    [
      { severity: 'info', style: 'snake' },
      { severity: 'info', options: { style: 'snake' } },
    ],
    [{ style: 'snake' }, { severity: 'warn', options: { style: 'snake' } }],
  ])('%j sets severity and options', (written, expected) => {
    expect(effectiveRules(settingsOf({ 'governance/path-casing': written })).get('governance/path-casing')).toEqual(expected);
  });

  it.each<[string, Json, string]>([
    ['governance/path-casing', ['warn', { style: 'kebap' }], "Did you mean 'kebab'?"],
    ['governance/path-casing', { stile: 'kebab' }, "Did you mean 'style'?"],
    ['spec/structure', ['warn', { style: 'kebab' }], 'Write its severity only.'],
    ['spec/structure', ['warn', {}, 1], 'Write warn, [warn, { … }], or { severity: warn, … }.'],
    ['spec/structure', ['of'], 'Write one of error, warn, info, none.'],
  ])('%s: %j is refused', (id, written, hint) => {
    expect(() => settingsOf({ [id]: written })).toThrow(expect.objectContaining({ code: 'ERR_GW_CONFIG', hint }));
  });
});

describe('L17: places of what is wrong in lint', () => {
  it.each([
    ['preset: strikt', "4:11: There is no preset 'strikt'"],
    ['rules: { spec/strukture: warn }', "4:12: There is no rule 'spec/strukture'"],
    ['rules: { spec/structure: loud }', '4:28: The rule spec/structure cannot be set'],
    ['rules: { governance/path-casing: [warn, { style: kebap }] }', '4:52: The options of governance/path-casing'],
    ['rules: { governance/path-casing: { stile: kebab } }', '4:38: The options of governance/path-casing'],
    ['suppress: [{ rule: spec/none, where: a.yaml, reason: r }]', "4:22: There is no rule 'spec/none'"],
  ])('%s', (written, message) => {
    const root = folderOf({
      'a.yaml': 'openapi: 3.1.0\ninfo: { title: t, version: 1.0.0 }\npaths: {}\n',
      'gateway.yaml': `specs: [a.yaml]\nupstreams: { a: { url: http://a.test } }\nlint:\n  ${written}\n`,
    });
    const run = () => check({ root, source: { kind: 'config', file: 'gateway.yaml' }, auth: 'none', defaultPreset: 'serve' });
    expect(run).toThrow(`gateway.yaml:${message}`);
  });
});

describe('presets', () => {
  const severity = (id: string, preset: string) => settingOf(ruleById(id), settingsOf({}, preset));

  it('strict makes errors of warnings and warnings of notes', () => {
    expect(severity('route/slash', 'strict')).toBe('raised');
    const strict = effectiveRules(lintSettings({ rules: {}, suppress: [] }, { preset: 'strict' }));
    const weights = ['route/slash', 'spec/body-on-get', 'spec/parse'].map((id) => strict.get(id)?.severity);
    expect(weights).toEqual(['error', 'warn', 'error']);
  });

  it('serve leaves out what the bundle does not depend on, locked rules excepted', () => {
    expect(severity('route/slash', 'serve')).toBe('none');
    expect(severity('gateway/schema', 'serve')).toBe('default');
  });

  it('owasp adds to recommended', () => {
    expect(severity('route/slash', 'owasp')).toBe('default');
  });
});
