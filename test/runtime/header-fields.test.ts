import { describe, expect, it } from 'vitest';
import { HeaderFields } from '../../runtime/header-fields.ts';

describe('HeaderFields', () => {
  it('sets, appends, joins and removes', () => {
    const head = new HeaderFields(200);
    head.append('vary', 'accept');
    head.append('x', '1');
    head.append('vary', 'origin');
    expect(head.get('vary')).toBe('accept, origin');
    head.set('vary', '*');
    expect(head.flat).toEqual(['x', '1', 'vary', '*']);
    head.remove('x');
    expect(head.flat).toEqual(['vary', '*']);
    expect(head.get('x')).toBeUndefined();
  });

  it('leaves out a value that would split a message', () => {
    const head = new HeaderFields(200);
    for (const value of ['a\r\nset-cookie: x', 'a\0', '\u010d\u010a', '\u007f']) head.append('x', value);
    head.append('x', 'tab\tand é');
    expect(head.flat).toEqual(['x', 'tab\tand é']);
  });

  it('maps the values of one name', () => {
    const head = new HeaderFields(200);
    head.append('set-cookie', 'a');
    head.append('set-cookie', 'b');
    head.mapValues('set-cookie', (value) => (value === 'a' ? undefined : `${value}!`));
    head.mapValues('none', () => 'x');
    expect(head.flat).toEqual(['set-cookie', 'b!']);
  });
});
