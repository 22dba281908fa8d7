/**
 * Texts of documents on their way to a terminal or a log (L6): whatever acts there instead of being read becomes its escape.
 * Documents are hostile input; a description may hold terminal sequences or commands of a CI service.
 */

/** C0, DEL, C1, line separators, and what turns the direction of text or hides. */
const ACTING = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
/** A command of GitHub Actions, `::error file=x::text`, and its older form `##[error]`, which acts anywhere in a line. */
const COMMAND = /::(?=[A-Za-z][\w-]*(?: [^:]*)?::)|##(?=\[)/g;

/** A text for one line of a terminal or log. Line ends become spaces, everything else that acts becomes `\u001b`. */
export function printable(text: string): string {
  return text
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(ACTING, escapeUnit)
    .replace(COMMAND, separate);
}

/** Like `printable`, one code unit for one: columns below a line of source stay where they are. */
export function printableSource(line: string): string {
  return line
    .replace(/\t/g, ' ')
    .replace(ACTING, '\u00b7')
    .replace(COMMAND, (command) => (command === '::' ? ':\u00b7' : '#\u00b7'));
}

/** JSON that is ASCII and holds no command. The same value as `JSON.stringify` would write. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, null, 2)
    .replace(/[\u007f-\uffff<]/g, escapeUnit)
    .replace(COMMAND, (command) => [...command].map(escapeUnit).join(''));
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function separate(command: string): string {
  return [...command].join('\\');
}
