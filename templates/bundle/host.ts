/** Entry of the host: `gateway.mjs` itself. The main thread starts workers from the same file. */
import { isMainThread } from 'node:worker_threads';
import { runMain } from '../../runtime/host/main.ts';
import { runWorker } from '../../runtime/host/worker.ts';

if (isMainThread) {
  runMain(new URL(import.meta.url)).catch((error: unknown) => {
    process.stderr.write(`gw: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  });
} else {
  await runWorker();
}
