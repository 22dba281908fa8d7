import { describe, expect, it } from 'vitest';
import { fieldValue } from '../../runtime/field-value.ts';

describe('fieldValue', () => {
  it.each(['', 'text/plain; charset=utf-8', 'a\tb', 'caf\u00e9', '\u0080\u00ff', ' ~'])('passes %j', (value) => {
    expect(fieldValue(value)).toBe(value);
  });

  it.each(['\r', '\n', 'a\r\nx: y', '\0', '\u001f', '\u007f', '\u0100'])('refuses %j', (value) => {
    expect(fieldValue(value)).toBeUndefined();
  });

  it.each(['\u010a', '\u010d', '\u560a', '\u010d\u010a', '🚀', '\ud800'])(
    'refuses %j, whose low bytes would be written as latin1',
    (value) => {
      expect(fieldValue(`a${value}b`)).toBeUndefined();
    },
  );

  it('lets through exactly what latin1 gives back without a control', () => {
    for (let unit = 0; unit <= 0xffff; unit++) {
      const allowed = unit === 9 || (unit >= 0x20 && unit <= 0xff && unit !== 0x7f);
      if ((fieldValue(String.fromCharCode(unit)) !== undefined) !== allowed) expect.fail(`U+${unit.toString(16)}`);
    }
  });
});
