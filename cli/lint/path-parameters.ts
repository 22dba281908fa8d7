/** Names between the braces of a path template, each once, in order. Whether the template can be served is another rule's question. */
export function parameterNames(path: string): readonly string[] {
  const names = [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name ?? '');
  return [...new Set(names)];
}
