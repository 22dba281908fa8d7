/**
 * The formats of strings and numbers that gw enforces (VA-8). Each says whether a value is of the format; formats that are not here say
 * nothing. `cli/emit/formats.ts` lists the same names for the compiler.
 */

import { isHostname } from './hostname.ts';

export { isHostname };

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** `full-date` of RFC 3339 §5.6, days of the month counted. */
export function isDate(text: string): boolean {
  const parts = DATE.exec(text);
  if (parts === null) return false;
  const year = Number(parts[1]);
  const month = Number(parts[2]);
  const day = Number(parts[3]);
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeap ? 29 : DAYS[month - 1];
  return days !== undefined && day >= 1 && day <= days;
}

const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** `full-time` of RFC 3339 §5.6. A second of 60 only where UTC has leap seconds: 23:59:60Z in any offset. */
export function isTime(text: string): boolean {
  const parts = TIME.exec(text);
  if (parts === null) return false;
  const hour = Number(parts[1]);
  const minute = Number(parts[2]);
  const second = Number(parts[3]);
  const offsetHour = Number(parts[5] ?? 0);
  const offsetMinute = Number(parts[6] ?? 0);
  if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) return false;
  if (second < 60) return true;
  const offset = (parts[4] === '-' ? -1 : 1) * (offsetHour * 60 + offsetMinute);
  return (hour * 60 + minute - offset + 1440) % 1440 === 1439;
}

/** `date-time` of RFC 3339 §5.6, with `T` between date and time. */
export function isDateTime(text: string): boolean {
  const separator = text.charCodeAt(10) | 0x20;
  return separator === 0x74 && isDate(text.slice(0, 10)) && isTime(text.slice(11));
}

/** `duration` of RFC 3339 appendix A: units in order, none left out between two. */
export function isDuration(text: string): boolean {
  return DURATION.test(text);
}

const DURATION =
  /^P(?:\d+W|(?:\d+Y(?:\d+M(?:\d+D)?)?|\d+M(?:\d+D)?|\d+D)?(?:T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S))?)$(?<!P)/;

/** `uuid` of RFC 9562, any version. */
export function isUuid(text: string): boolean {
  return /^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$/.test(text);
}

/** Dotted decimal, no leading zeros (RFC 3986 `IPv4address`). */
export function isIpv4(text: string): boolean {
  return /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text);
}

/** RFC 4291 §2.2, without zone. */
export function isIpv6(text: string): boolean {
  if (text.length > 45 || !/^[0-9A-Fa-f:.]+$/.test(text)) return false;
  const gap = text.indexOf('::');
  if (gap >= 0 && text.includes('::', gap + 1)) return false;
  const head = groups(gap < 0 ? text : text.slice(0, gap), gap < 0);
  const tail = gap < 0 ? 0 : groups(text.slice(gap + 2), true);
  if (head < 0 || tail < 0) return false;
  return gap < 0 ? head === 8 : head + tail < 8;
}

/** Sixteen-bit groups of a colon list, -1 when it is none; an IPv4 address may end it and counts two. */
function groups(text: string, last: boolean): number {
  if (text === '') return 0;
  const parts = text.split(':');
  let count = 0;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] ?? '';
    if (/^[0-9A-Fa-f]{1,4}$/.test(part)) count += 1;
    else if (last && i === parts.length - 1 && isIpv4(part)) count += 2;
    else return -1;
  }
  return count;
}

/** `Mailbox` of RFC 5321 §4.1.2, quoted local parts and address literals included. */
export function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  if (at < 1 || at > 64) return false;
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (!DOT_STRING.test(local) && !QUOTED_STRING.test(local)) return false;
  if (!domain.startsWith('[')) return isHostname(domain);
  if (!domain.endsWith(']')) return false;
  const literal = domain.slice(1, -1);
  return /^IPv6:/i.test(literal) ? isIpv6(literal.slice(5)) : isIpv4(literal);
}

const DOT_STRING = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const QUOTED_STRING = /^"(?:[ !#-[\]-~]|\\[ -~])*"$/;

/** RFC 3986 §3: an absolute URI with its scheme. */
export function isUri(text: string): boolean {
  return SCHEME.test(text) && isUriReference(text);
}

/** RFC 3986 §4.1: a URI or a relative reference. */
export function isUriReference(text: string): boolean {
  const parts = REFERENCE.exec(text);
  if (parts === null || !CHARACTERS.test(text)) return false;
  const [, scheme, authority, path = ''] = parts;
  if (authority !== undefined)
    return (path === '' || path.startsWith('/')) && isAuthority(authority) && !BRACKET.test(parts[4] ?? '');
  if (BRACKET.test(text)) return false;
  const slash = path.indexOf('/');
  return scheme !== undefined || !(slash < 0 ? path : path.slice(0, slash)).includes(':');
}

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;
/** Scheme, authority, path, and the rest: query and fragment. */
const REFERENCE = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)((?:\?[^#]*)?(?:#[^#]*)?)$/;
const CHARACTERS = /^(?:[\w.~!$&'()*+,;=:@/?#[\]-]|%[0-9A-Fa-f]{2})*$/;
const BRACKET = /[[\]]/;
const AUTHORITY = /^(?:[\w.~!$&'()*+,;=:%-]*@)?([^@[\]:]*|\[[^@[\]]*\])(?::\d*)?$/;

function isAuthority(text: string): boolean {
  const host = AUTHORITY.exec(text)?.[1];
  if (host === undefined) return false;
  if (!host.startsWith('[')) return true;
  const literal = host.slice(1, -1);
  return isIpv6(literal) || /^[Vv][0-9A-Fa-f]+\.[\w.~!$&'()*+,;=:-]+$/.test(literal);
}

/** RFC 6570 §2. */
export function isUriTemplate(text: string): boolean {
  return URI_TEMPLATE.test(text);
}

const URI_TEMPLATE =
  /^(?:[^\0-\x20"<>%\\^`{|}\x7f]|%[0-9A-Fa-f]{2}|\{[+#./;?&=,!@|]?(?:\w|%[0-9A-Fa-f]{2})(?:\.?(?:\w|%[0-9A-Fa-f]{2}))*(?::[1-9]\d{0,3}|\*)?(?:,(?:\w|%[0-9A-Fa-f]{2})(?:\.?(?:\w|%[0-9A-Fa-f]{2}))*(?::[1-9]\d{0,3}|\*)?)*\})*$/;

/** RFC 6901. */
export function isJsonPointer(text: string): boolean {
  return /^(?:\/(?:[^~/]|~[01])*)*$/.test(text);
}

export function isRelativeJsonPointer(text: string): boolean {
  return /^(?:0|[1-9]\d*)(?:#|(?:\/(?:[^~/]|~[01])*)*)$/.test(text);
}

/** A regular expression of ECMA-262 with the `u` flag. */
export function isRegex(text: string): boolean {
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}

/** Base64 of RFC 4648 §4, padded. */
export function isByte(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

/** A decimal number in a string: digits with a sign and a fraction, no exponent. */
export function isDecimal(text: string): boolean {
  return /^-?\d+(?:\.\d+)?$/.test(text);
}

export function isInt32(value: number): boolean {
  return Number.isInteger(value) && value >= -0x80000000 && value <= 0x7fffffff;
}

/** A double can only say that the value is not beyond 2^63; parameters are checked exactly on their text. */
export function isInt64(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 63) && value <= 2 ** 63;
}

/** IEEE 754 single precision: no value beyond its range. */
export function isFloat(value: number): boolean {
  return Math.abs(value) <= 3.4028234663852886e38;
}
