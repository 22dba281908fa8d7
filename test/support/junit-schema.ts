/** The elements of JUnit results with their attributes, as the schema of the xUnit plugin of Jenkins has them, and what their counts must be. */
import type { XmlElement } from './xml.ts';

interface Element {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly children: readonly string[];
}

const elements: ReadonlyMap<string, Element> = new Map([
  [
    'testsuites',
    { required: [], optional: ['name', 'time', 'tests', 'failures', 'disabled', 'errors'], children: ['testsuite'] },
  ],
  [
    'testsuite',
    {
      required: ['name', 'tests'],
      optional: ['failures', 'errors', 'time', 'disabled', 'skipped', 'timestamp', 'hostname', 'id', 'package', 'file'],
      children: ['properties', 'testcase', 'system-out', 'system-err'],
    },
  ],
  [
    'testcase',
    {
      required: ['name', 'classname'],
      optional: ['assertions', 'time', 'status', 'file', 'line'],
      children: ['skipped', 'error', 'failure', 'system-out', 'system-err'],
    },
  ],
  ['failure', { required: [], optional: ['type', 'message'], children: [] }],
  ['system-out', { required: [], optional: [], children: [] }],
]);

const numbers: readonly string[] = ['tests', 'failures', 'errors', 'skipped', 'line'];

/** What readers of JUnit results would stumble over; nothing for results that fit. */
export function junitMistakes(root: XmlElement): readonly string[] {
  return [...(root.name === 'testsuites' ? [] : [`the root is ${root.name}`]), ...mistakesOf(root)];
}

function mistakesOf(element: XmlElement): readonly string[] {
  const { name, attributes, children } = element;
  const known = elements.get(name);
  if (known === undefined) return [`${name} is no element of JUnit`];
  const given = [...attributes.keys()];
  return [
    ...known.required.filter((one) => !given.includes(one)).map((one) => `${name} lacks ${one}`),
    ...given.filter((one) => ![...known.required, ...known.optional].includes(one)).map((one) => `${name} has no ${one}`),
    ...given.filter((one) => numbers.includes(one) && !/^\d+$/.test(attributes.get(one) ?? '')).map((one) => `${one} of ${name}`),
    ...children.filter((child) => !known.children.includes(child.name)).map((child) => `${child.name} in ${name}`),
    ...(name === 'testsuites' || name === 'testsuite' ? miscounted(element) : []),
    ...children.flatMap(mistakesOf),
  ];
}

function miscounted(element: XmlElement): readonly string[] {
  const cases = casesOf(element);
  const failed = cases.filter(({ children }) => children.some(({ name }) => name === 'failure'));
  return (
    [
      ['tests', cases.length],
      ['failures', failed.length],
    ] as const
  ).flatMap(([count, right]) =>
    element.attributes.get(count) === String(right) ? [] : [`${count} of ${element.name} is not ${right}`],
  );
}

function casesOf({ name, children }: XmlElement): readonly XmlElement[] {
  return name === 'testsuite' ? children.filter((child) => child.name === 'testcase') : children.flatMap(casesOf);
}
