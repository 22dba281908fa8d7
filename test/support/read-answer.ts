import { AnswerReader } from '../../runtime/host/upstream/answer-reader.ts';

/** What the reader of answers made of some bytes. */
export interface ReadAnswer {
  readonly state: 'complete' | 'malformed' | 'incomplete';
  readonly status: number;
  /** Name, value, name, value … without hop-by-hop fields. */
  readonly fields: readonly string[];
  readonly body: string;
  /** Bytes behind the answer. */
  readonly rest: number;
  readonly error: string | undefined;
}

/**
 * Reads one answer from bytes that come in these pieces. As on a connection, the memory of a piece is written over after it was read.
 *
 * @param atEnd whether the connection ends behind them
 */
export function readAnswer(pieces: readonly Uint8Array[], toHead = false, atEnd = false): ReadAnswer {
  const seen = { state: 'incomplete' as ReadAnswer['state'], status: 0, fields: [] as readonly string[], rest: 0 };
  const body: Buffer[] = [];
  let error: string | undefined;
  let left = 0;
  const reader: AnswerReader = new AnswerReader({
    answersHead: toHead,
    answerHead(head) {
      seen.status = head.status;
      seen.fields = head.fields.flat;
    },
    answerData: (bytes) => void body.push(Buffer.from(bytes)),
    answerEnd(bytes, rest) {
      if (bytes !== undefined) body.push(Buffer.from(bytes));
      seen.state = 'complete';
      seen.rest = rest + left;
      reader.stop();
    },
    answerMalformed(type) {
      seen.state = 'malformed';
      error = type;
    },
  });
  left = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  for (const piece of pieces) {
    left -= piece.byteLength;
    const memory = Buffer.alloc(piece.byteLength + 8, '\n');
    memory.set(piece);
    reader.read(memory, piece.byteLength);
    memory.fill(0);
  }
  if (atEnd) reader.end();
  return { ...seen, body: Buffer.concat(body).toString('latin1'), error };
}
