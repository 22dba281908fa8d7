/** Calls back once, after a time, milliseconds; gives what takes it back. Keeps no process alive. */
export type Later = (run: () => void, ms: number) => () => void;

export const later: Later = (run, ms) => {
  const timer = setTimeout(run, ms);
  timer.unref();
  return () => clearTimeout(timer);
};

/** @throws Error when there is no answer within the time */
export async function inTime<T>(asked: Promise<T>, ms: number, wait: Later): Promise<T> {
  const late = Promise.withResolvers<never>();
  const cancel = wait(() => late.reject(new Error('Redis does not answer.')), ms);
  try {
    return await Promise.race([asked, late.promise]);
  } finally {
    cancel();
  }
}
