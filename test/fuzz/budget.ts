/** How much is tried: so many messages of one seed in the ordinary tests; `npm run fuzz` goes on for so many minutes, with another seed each time. */
const minutes = process.env.GW_FUZZ_MINUTES === undefined ? undefined : Number(process.env.GW_FUZZ_MINUTES);

/** `GW_FUZZ_SEED` repeats a run. */
export const SEED = Number(process.env.GW_FUZZ_SEED ?? (minutes === undefined ? 1 : Date.now() % 1_000_000));

/** Numbers from 0: as many as `runs`, or as there is time for. Says at the end how many that were, when nobody could know it before. */
export function* attempts(runs: number): Generator<number, void> {
  if (minutes === undefined) {
    for (let run = 0; run < runs; run += 1) yield run;
    return;
  }
  const end = performance.now() + minutes * 60_000;
  let run = 0;
  for (; performance.now() < end; run += 1) yield run;
  console.info(`${run} messages, seed ${SEED}`);
}
