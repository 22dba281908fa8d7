import type { Exchange } from '../contract.ts';
import type { ValidationProblem } from '../problem.ts';

/** Notes on the exchange what would have been refused (mode `report`): keyword and place of the first error, and how many there are. */
export function noteFailures(exchange: Exchange, errors: readonly ValidationProblem[]): void {
  const [first] = errors;
  if (first === undefined) return;
  const more = errors.length > 1 ? ` +${errors.length - 1}` : '';
  exchange.note(
    'validation',
    `${first.in}${first.name === undefined ? '' : ` ${first.name}`} ${first.pointer} ${first.keyword}${more}`,
  );
}
