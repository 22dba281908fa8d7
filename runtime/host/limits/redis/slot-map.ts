import type { Cluster } from 'ioredis';

const SLOTS = 16_384;
/** Until the nodes are asked again, milliseconds: ioredis itself asks every few seconds. */
const AGAIN_MS = 100;

/**
 * Which node of a Cluster has which slot. A node that has just joined, or started, answers with what it has heard of so far; until every
 * slot has a node, the Cluster cannot be asked, and the nodes are asked again. What was whole stays whole: slots only move.
 */
export class SlotMap {
  isWhole = false;

  constructor(cluster: Cluster) {
    cluster.on('refresh', () => {
      this.isWhole ||= hasEverySlot(cluster.slots);
      if (!this.isWhole) setTimeout(() => askAgain(cluster), AGAIN_MS).unref();
    });
  }
}

function hasEverySlot(slots: readonly (readonly unknown[])[]): boolean {
  for (let slot = 0; slot < SLOTS; slot++) if ((slots[slot]?.length ?? 0) === 0) return false;
  return true;
}

function askAgain(cluster: Cluster): void {
  if (cluster.status === 'ready' || cluster.status === 'connect') cluster.refreshSlotsCache();
}
