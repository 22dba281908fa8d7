import type { Node } from '../load/document.ts';
import { fits } from '../plan/shape.ts';
import type { Findings } from './findings.ts';
import { roleList } from './gateway-file.ts';

/**
 * Roles that include each other are one role with several names: whoever has the least of them has all (AZ-3). Told once a cycle, at the
 * line that closes it.
 *
 * @param roles sorted by name
 */
export function reportRoleCycles(roles: readonly (readonly [name: string, node: Node])[], findings: Findings): void {
  const nodes = new Map(roles);
  const done = new Set<string>();
  for (const [first] of roles) {
    /** From `first` on; a hierarchy may be deep, so no call nests. */
    const open: { readonly role: string; next: number }[] = [{ role: first, next: 0 }];
    const onPath = new Set([first]);
    for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
      const { role } = last;
      const node = nodes.get(role);
      const included = done.has(role) || node === undefined || !fits(roleList, node.value) ? undefined : node.value[last.next];
      if (node === undefined || included === undefined) {
        done.add(role);
        onPath.delete(role);
        open.pop();
        continue;
      }
      if (onPath.has(included)) {
        const path = open.map((one) => one.role);
        const cycle = [...path.slice(path.indexOf(included)), included].join(' includes ');
        findings.add(node, `A role includes itself: ${cycle}`, { keys: [last.next], hint: 'Take one of them away.' });
      } else {
        onPath.add(included);
        open.push({ role: included, next: 0 });
      }
      last.next += 1;
    }
  }
}
