/** A process that adds keys to a file for ever, and says the id of each once it is there: `node key-writer.ts <file> <prefix>`. */
import { changeKeys } from '../../runtime/host/auth/key-register.ts';
import type { ApiKeyRecord } from '../../runtime/host/auth/key-store.ts';

const [file = '', prefix = ''] = process.argv.slice(2);
/** Ten times as fast as the gateway, so that whoever waits for the dead does not wait long. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms / 10));

for (let number = 0; ; number += 1) {
  const id = `${prefix}-${number}`;
  const record: ApiKeyRecord = { id, hash: `hmac-sha256:${'0'.repeat(64)}`, consumer: 'acme', status: 'active' };
  await changeKeys(file, () => ({ put: [record], result: id }), pause);
  process.stdout.write(`${id}\n`);
}
