import { GwError } from '../errors.ts';
import { member } from '../load/pointer.ts';
import { parseDuration } from '../plan/units.ts';
import { DEV_ISSUER_PORT, type TokenRequest } from '../serve/dev-issuer.ts';
import { type Options, text, textList } from './input.ts';
import { print } from './output.ts';

/** `gw token`: a token of the development issuer that `gw serve --auth dev` runs, ready for `curl -H "Authorization: Bearer $(gw token)"`. */
export async function token(options: Options): Promise<number> {
  const issuer = text(options, 'issuer') ?? process.env.GW_DEV_ISSUER ?? `http://127.0.0.1:${DEV_ISSUER_PORT}`;
  if (!URL.canParse(issuer))
    throw new GwError('ERR_GW_USAGE', `--issuer ${issuer} is no URL`, 'Write what gw serve --auth dev has said.');
  const answer = await fetch(new URL('/token', issuer), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(requestOf(options)),
  }).catch(() => undefined);
  const received: unknown = answer?.ok === true ? await answer.json().catch(() => undefined) : undefined;
  const issued = member(received, 'access_token');
  if (typeof issued !== 'string') {
    throw new GwError(
      'ERR_GW_ISSUER',
      `No development issuer answers at ${issuer}`,
      'Run gw serve --auth dev; where it says another address, give that: --issuer.',
    );
  }
  await print(`${issued}\n`);
  return 0;
}

function requestOf(options: Options): TokenRequest {
  const audience = text(options, 'audience');
  const scope = textList(options, 'scope').join(' ');
  const roles = textList(options, 'role');
  const expires = text(options, 'expires');
  return {
    claims: {
      sub: text(options, 'sub') ?? 'developer',
      ...(scope === '' ? {} : { scope }),
      ...(roles.length === 0 ? {} : { roles }),
      ...Object.fromEntries(textList(options, 'claim').map(claimOf)),
    },
    ...(audience === undefined ? {} : { audience }),
    ...(expires === undefined ? {} : { lifetimeS: secondsOf(expires) }),
  };
}

/** `tier=plus`, `level=3`, `amr=["mfa"]`: JSON where it is JSON, else text. */
function claimOf(written: string): readonly [string, unknown] {
  const at = written.indexOf('=');
  if (at < 1)
    throw new GwError('ERR_GW_USAGE', `--claim ${written} has no value`, 'Write it as name=value; the value may be JSON.');
  const value = written.slice(at + 1);
  try {
    return [written.slice(0, at), JSON.parse(value)];
  } catch {
    return [written.slice(0, at), value];
  }
}

function secondsOf(written: string): number {
  const ms = parseDuration(written.replace(/^-/, ''));
  if (ms === undefined)
    throw new GwError('ERR_GW_USAGE', `--expires ${written} is no time`, 'Write it as 15m, or -1m for one that has expired.');
  return Math.round(ms / 1_000) * (written.startsWith('-') ? -1 : 1);
}
