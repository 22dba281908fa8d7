/** JSON in ASCII on one line: whatever it holds, no encoding can change it and nothing in it can end a line. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A text as JSON in ASCII. Nearly every one is plain, and stands as it is. */
export function asciiText(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : asciiJson(text);
}

const PLAIN = /^[ !#-[\]-~]*$/;
