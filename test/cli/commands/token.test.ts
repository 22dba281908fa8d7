import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { token } from '../../../cli/commands/token.ts';
import { type DevIssuer, startDevIssuer } from '../../../cli/serve/dev-issuer.ts';

describe('gw token', () => {
  let issuer: DevIssuer;
  let printed = '';
  beforeAll(async () => {
    issuer = await startDevIssuer();
  });
  afterAll(() => issuer.close());
  beforeEach(() => {
    printed = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk, ...rest) => {
      printed += String(chunk);
      const done = rest.find((one) => typeof one === 'function');
      if (typeof done === 'function') done();
      return true;
    });
  });
  afterEach(() => void vi.restoreAllMocks());

  it('names the caller, what it may do and until when', async () => {
    const code = await token({
      issuer: issuer.url,
      sub: 'ann',
      audience: 'shop',
      scope: ['a', 'b'],
      role: ['driver'],
      claim: ['tier=plus', 'level=3', 'amr=["mfa"]', 'note=a=b'],
      expires: '15m',
    });
    expect(code).toBe(0);
    const { iat = 0, exp = 0, ...claims } = decodeJwt(printed.trim());
    expect(claims).toMatchObject({
      sub: 'ann',
      aud: 'shop',
      scope: 'a b',
      roles: ['driver'],
      tier: 'plus',
      level: 3,
      amr: ['mfa'],
      note: 'a=b',
    });
    expect(exp - iat).toBe(900);
  });

  it('finds the issuer by GW_DEV_ISSUER', async () => {
    vi.stubEnv('GW_DEV_ISSUER', issuer.url);
    expect(await token({})).toBe(0);
    expect(decodeJwt(printed.trim())).toMatchObject({ sub: 'developer' });
    vi.unstubAllEnvs();
  });

  it.each([
    [{ claim: ['tier'] }, '--claim tier has no value'],
    [{ expires: 'soon' }, '--expires soon is no time'],
    [{ issuer: 'nowhere' }, '--issuer nowhere is no URL'],
    [{ issuer: 'http://127.0.0.1:1' }, 'No development issuer answers at http://127.0.0.1:1'],
  ])('says what is wrong with %o', async (options, message) => {
    await expect(token({ issuer: issuer.url, ...options })).rejects.toThrow(message);
    expect(printed).toBe('');
  });
});
