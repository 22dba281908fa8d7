import type { Worker } from 'node:worker_threads';
import type { FromWorker, ToWorker } from './messages.ts';

/** Sends a message and waits for the first answer of one of these kinds; undefined when the worker ends first. */
export async function askWorker(
  worker: Worker,
  message: ToWorker,
  kinds: readonly FromWorker['kind'][],
): Promise<FromWorker | undefined> {
  const { promise, resolve } = Promise.withResolvers<FromWorker | undefined>();
  const hear = (answer: FromWorker): void => {
    const isOther = 'id' in message && 'id' in answer && message.id !== answer.id;
    if (kinds.includes(answer.kind) && !isOther) resolve(answer);
  };
  const die = (): void => resolve(undefined);
  worker.on('message', hear).once('exit', die);
  worker.postMessage(message);
  try {
    return await promise;
  } finally {
    worker.off('message', hear).off('exit', die);
  }
}
