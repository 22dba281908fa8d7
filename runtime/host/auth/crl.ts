/**
 * The serial numbers, in capital hex as `X509Certificate.serialNumber` has them, of a certificate revocation list (RFC 5280 §5.1).
 *
 * @param pem one or more lists, one after the other
 * @throws Error for what is no list
 */
export function revokedSerials(pem: string): readonly string[] {
  const blocks = [...pem.matchAll(/-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]+)-----END X509 CRL-----/g)];
  if (blocks.length === 0) throw new Error('there is no X509 CRL in it');
  return blocks.flatMap(([, base64 = '']) => serialsOf(Buffer.from(base64, 'base64')));
}

/** One element of DER. */
interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const TIMES: readonly number[] = [0x17, 0x18];

function serialsOf(der: Buffer): readonly string[] {
  const [list] = elements(der);
  const [body] = list?.tag === SEQUENCE ? elements(list.content) : [];
  if (body?.tag !== SEQUENCE) throw new Error('it is no certificate list');
  // version?, signature, issuer, thisUpdate, nextUpdate?, revokedCertificates?: the first sequence behind the last time.
  const parts = elements(body.content);
  const time = parts.findLastIndex(({ tag }) => TIMES.includes(tag));
  const revoked = parts[time + 1];
  if (time === -1) throw new Error('it is no certificate list');
  if (revoked?.tag !== SEQUENCE) return [];
  return elements(revoked.content).flatMap((entry) => {
    const [serial] = entry.tag === SEQUENCE ? elements(entry.content) : [];
    if (serial?.tag !== INTEGER) return [];
    const hex = serial.content
      .toString('hex')
      .toUpperCase()
      .replace(/^(?:00)+(?=..)/, '');
    return [hex];
  });
}

/** @throws Error for what is cut short */
function elements(der: Buffer): readonly Element[] {
  const found: Element[] = [];
  for (let at = 0; at < der.length; ) {
    const tag = der[at] ?? 0;
    let length = der[at + 1] ?? 0;
    let start = at + 2;
    if (length >= 0x80) {
      const bytes = length & 0x7f;
      if (bytes === 0 || bytes > 4 || start + bytes > der.length) throw new Error('it is cut short');
      length = der.readUIntBE(start, bytes);
      start += bytes;
    }
    if (start + length > der.length) throw new Error('it is cut short');
    found.push({ tag, content: der.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}
