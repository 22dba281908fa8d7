/**
 * The one gate for every value that is not a slice of a checked head before it enters a message.
 *
 * Messages are written as latin1, where U+010D U+010A *are* CR LF: so nothing above 0xFF may pass, besides the controls. A tab may.
 *
 * @returns the value itself, or undefined when it must not be sent; the caller leaves the field out or refuses the request
 * @see RFC 9110 §5.5
 */
export function fieldValue(value: string): string | undefined {
  return UNSENDABLE.test(value) ? undefined : value;
}

const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/;
