import { describe, expect, it } from 'vitest';
import { codeowners, type TeamFiles } from '../../../cli/commands/owners.ts';

const team = (name: string, ...files: readonly string[]): TeamFiles => ({ name, reviewers: [`@acme/${name}`], files, routes: 1 });
const rules = (teams: readonly TeamFiles[], platform: readonly string[] = []): readonly string[] =>
  codeowners(teams, platform)
    .split('\n')
    .slice(1, -1)
    .map((line) => line.replace(/ {2,}/, ' '));

describe('codeowners', () => {
  it('gives a team the folder of its document, and the platform the rest', () => {
    expect(rules([team('b', 'specs/b/openapi.yaml'), team('a', 'specs/a/openapi.yaml')], ['@acme/platform'])).toEqual([
      '* @acme/platform',
      '/specs/a/ @acme/a',
      '/specs/b/ @acme/b',
    ]);
  });

  it('gives documents of one folder to a team each, and one document to all its teams', () => {
    expect(rules([team('a', 'specs/a.yaml', 'specs/both.yaml'), team('b', 'specs/both.yaml'), team('c', 'root.yaml')])).toEqual([
      '/root.yaml @acme/c',
      '/specs/a.yaml @acme/a',
      '/specs/both.yaml @acme/a @acme/b',
    ]);
  });

  it('lets no name act', () => {
    const hostile: TeamFiles = { name: 'x', reviewers: ['@x\n* @evil'], files: ['a b/#c\n* @evil/o.yaml'], routes: 1 };
    expect(rules([hostile])).toEqual(['/a\\ b/\\#c?\\*\\ @evil/ @x*@evil']);
  });

  it('leaves out teams that nobody reviews for', () => {
    expect(rules([{ ...team('a', 'specs/a.yaml'), reviewers: [] }])).toEqual([]);
  });
});
