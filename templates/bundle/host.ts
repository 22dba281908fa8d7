/** Entry of the host: `gateway.mjs` itself. Each kind of thread evaluates only its own half: main needs no HTTP client. */

import { drivers } from 'gw:host';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const { runMain } = await import('../../runtime/host/main.ts');
  const { admin } = await import('./admin.ts');
  await runMain(new URL(import.meta.url), admin, drivers);
} else {
  const { runWorker } = await import('../../runtime/host/worker.ts');
  await runWorker(drivers);
}
