import { STATUS_CODES } from 'node:http';
import type { HeaderFields } from '../../../header-fields.ts';

const CLOSE = 'connection: close\r\n';
const statusLines: string[] = [];

/**
 * The head of an answer as latin1 text. Every value has passed `fieldValue` or the parser of an upstream.
 *
 * @param length bytes of the body: -1 = chunked, undefined = there is none and nothing is said about it
 * @param keepAlive what is said of a connection that lives on
 * @param last the connection does not
 */
export function answerHead({ status, flat }: HeaderFields, length: number | undefined, keepAlive: string, last: boolean): string {
  let text = statusLine(status);
  let dated = false;
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const name = flat[index];
    text += `${name}: ${flat[index + 1]}\r\n`;
    if (name === 'date') dated = true;
  }
  if (!dated) text += dateField();
  text += last ? CLOSE : keepAlive;
  if (length === undefined) return `${text}\r\n`;
  return length === -1 ? `${text}transfer-encoding: chunked\r\n\r\n` : `${text}content-length: ${length}\r\n\r\n`;
}

/** `Connection` and `Keep-Alive` of a connection that is kept: clients that know when it ends do not run into its end. */
export function keepAliveFields(keepAliveMs: number): string {
  return `connection: keep-alive\r\nkeep-alive: timeout=${Math.floor(keepAliveMs / 1000)}\r\n`;
}

function statusLine(status: number): string {
  const known = statusLines[status];
  if (known !== undefined) return known;
  const line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  statusLines[status] = line;
  return line;
}

let dateSecond = 0;
let dateText = '';

/** Made once a second. */
function dateField(): string {
  const now = Date.now();
  const second = Math.floor(now / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = `date: ${new Date(now).toUTCString()}\r\n`;
  }
  return dateText;
}
