import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Certificates, readCertificate } from '../../../runtime/host/certificates.ts';
import { selfSigned } from '../../support/certificate.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gw-cert-')));
const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
const [first, second] = [selfSigned('one.example'), selfSigned('two.example')];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put({ cert, key }: { readonly cert?: string; readonly key?: string }): void {
  if (cert !== undefined) writeFileSync(files.cert, cert);
  if (key !== undefined) writeFileSync(files.key, key);
}

function started(): { certificates: Certificates; said: (string | undefined)[]; changed: string[] } {
  put(first);
  const said: (string | undefined)[] = [];
  const changed: string[] = [];
  const certificates = new Certificates(
    files,
    ({ cert }) => changed.push(cert),
    (kept) => said.push(kept),
  );
  return { certificates, said, changed };
}

it('takes a new pair, once', () => {
  const { certificates, said, changed } = started();
  certificates.reload();
  put(second);
  certificates.reload();
  certificates.reload();
  expect([said, changed, certificates.current.key]).toEqual([[undefined], [second.cert], second.key]);
});

it('keeps the old one while the files do not fit, are no certificate or are gone', () => {
  const { certificates, said, changed } = started();
  put({ cert: second.cert });
  certificates.reload();
  put({ cert: 'nonsense' });
  certificates.reload();
  rmSync(files.cert);
  certificates.reload();
  expect([said.length, changed, certificates.current.cert]).toEqual([3, [], first.cert]);
  for (const error of said) expect(error).toMatch(/^server\.tls/);
  put(second);
  certificates.reload();
  expect(changed).toEqual([second.cert]);
});

it('reads other files once it is told to, and says once why it keeps the old pair', () => {
  const { certificates, said, changed } = started();
  const others = { cert: join(folder, 'other.pem'), key: folder };
  writeFileSync(others.cert, second.cert);
  certificates.use(files);
  certificates.use(others);
  certificates.use(others);
  expect([said, changed, certificates.current.cert]).toEqual([
    [expect.stringMatching(/^server\.tls\.key: EISDIR/)],
    [],
    first.cert,
  ]);
  certificates.use(files);
  expect([said.length, certificates.current.cert]).toEqual([1, first.cert]);
});

it('takes what a watched pair has become, when both files are there', async () => {
  const { certificates, said, changed } = started();
  certificates.watch(1);
  put({ cert: second.cert });
  put({ key: second.key });
  while (changed.length === 0) await new Promise((resolve) => setImmediate(resolve));
  certificates.unwatch();
  expect([said, changed]).toEqual([[undefined], [second.cert]]);
});

it('says in one line why files cannot be used', () => {
  put(first);
  expect(() => readCertificate({ ...files, cert: join(folder, 'none') })).toThrow(/^server\.tls\.cert: ENOENT/);
  expect(() => readCertificate({ ...files, key: folder })).toThrow(/^server\.tls\.key: EISDIR/);
  put({ key: second.key });
  expect(() => readCertificate(files)).toThrow(/are no certificate and its key/);
});
