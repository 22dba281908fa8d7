import type { GatewayConfig, TeamConfig } from '../config/gateway.ts';
import { globHolds } from '../config/path-glob.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { placeOf } from '../load/document.ts';
import type { MergedOperation } from './merged.ts';
import { nameOf, whose } from './route-findings.ts';

/** Operations outside of the paths that the gateway file gives their team; an operation without a team may not enter those of another. */
export function prefixFindings(operations: readonly MergedOperation[], { teams }: GatewayConfig): readonly Diagnostic[] {
  const restricted = [...teams.values()].filter(({ paths }) => paths.length > 0);
  if (restricted.length === 0) return [];
  return operations.flatMap((one): Diagnostic[] => {
    const team = one.owner === undefined ? undefined : teams.get(one.owner);
    const message = team === undefined ? unknownProblem(one, restricted) : outsideProblem(one, team);
    if (message === undefined) return [];
    const { method, path, operationId, pathPlace } = one.operation;
    return [
      {
        rule: 'route/prefix-ownership',
        severity: 'error',
        message: message.says,
        hint: message.hint,
        at: pathPlace,
        related: [{ at: placeOf(message.team.node, 'key'), message: `The paths of ${message.team.name}` }],
        operation: operationId === undefined ? { method, path } : { method, path, operationId },
        ...(one.owner === undefined ? {} : { owner: one.owner }),
      },
    ];
  });
}

interface Problem {
  readonly says: string;
  readonly hint: string;
  readonly team: TeamConfig;
}

function outsideProblem(one: MergedOperation, team: TeamConfig): Problem | undefined {
  if (team.paths.length === 0 || team.paths.some((glob) => globHolds(glob, one.segments))) return undefined;
  return {
    says: `${nameOf(one)} of ${whose(one)} is outside of the paths of its team (${team.paths.join(', ')})`,
    hint: `Move it below one of them, or ask the platform team to extend teams.${team.name}.paths.`,
    team,
  };
}

function unknownProblem(one: MergedOperation, restricted: readonly TeamConfig[]): Problem | undefined {
  const team = restricted.find(({ paths }) => paths.some((glob) => globHolds(glob, one.segments)));
  if (team === undefined) return undefined;
  const who = one.owner === undefined ? 'which names no owner,' : `whose owner ${one.owner} is no team of the gateway file,`;
  return {
    says: `${nameOf(one)} of ${one.operation.api.document.file}, ${who} is within the paths of ${team.name}`,
    hint: 'Say in x-gateway.owner which team it belongs to.',
    team,
  };
}
