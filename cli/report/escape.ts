/**
 * Texts of documents on their way into a report (L6): whatever would act there instead of being read becomes its escape. Documents are
 * hostile input; a description may hold terminal sequences, markup, mentions, or commands of a CI service. One function for each kind of
 * target; `printable` comes first in all that people read.
 */

/** C0, DEL, C1, line separators, what turns the direction of text or hides, and halves of surrogate pairs. */
const ACTING =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
/** A command of GitHub Actions, `::error file=x::text`, and `##[error]`, `##vso[…]`, `##teamcity[…]`, which act anywhere in a line. */
const COMMAND = /::(?=[A-Za-z][\w-]*(?: [^:]*)?::)|##(?=\w*\[)/g;

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

/**
 * JSON that is ASCII and holds neither a command nor markup nor a mention. The same value as `JSON.stringify` would write.
 *
 * @param indent spaces of a level; 0 puts all on one line
 */
export function printableJson(value: unknown, indent = 2): string {
  return JSON.stringify(value, null, indent)
    .replace(/[\u007f-\uffff<>@]/g, escapeUnit)
    .replace(COMMAND, (command) => [...command].map(escapeUnit).join(''));
}

/** The text of a workflow command of GitHub Actions. */
export function workflowText(text: string): string {
  return printable(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** A property of a workflow command, such as its file. */
export function workflowProperty(text: string): string {
  return workflowText(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** Text or an attribute of XML and HTML. Where HTML becomes a comment of GitHub, `markdown` keeps people from being mentioned. */
export function xml(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replaceAll('@', '&#64;');
}

/**
 * Text in a line or a table cell of Markdown as GitHub and GitLab render it: no markup, no HTML, and neither mentions nor links, which
 * both make of rendered text; an invisible space (U+200B) breaks those.
 */
export function markdown(text: string): string {
  return printable(text)
    .replace(/[\\`*_{}[\]()#+=!|~$%^&<>-]/g, (character) => entities.get(character) ?? `\\${character}`)
    .replace(/@(?=\w)/g, '@&#8203;')
    .replace(/:(?=\/\/)|\bwww(?=\.)|\bGH(?=\\-\d)|\\#(?=\d)|\b(?:mailto|xmpp)(?=:)/gi, '$&&#8203;')
    .replace(/\b[0-9a-f]{39}(?=[0-9a-f])/gi, '$&&#8203;');
}

const entities: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function separate(command: string): string {
  return [...command].join('\\');
}
