import { emitValidators } from './emit/validators.ts';
import { FileMemory } from './load/workspace.ts';
import type { GatewayPlan } from './plan/ir.ts';

/** What one run leaves to the next of the same request: files that stay are not parsed again, schemas that stay not compiled again. */
export class CompileMemory {
  readonly files = new FileMemory();
  #schemas = '';
  #validators: ReturnType<typeof emitValidators> | undefined;

  validators(plan: GatewayPlan): ReturnType<typeof emitValidators> {
    const schemas = JSON.stringify([plan.schemas, plan.routes.map(({ policies }) => policies)]);
    if (this.#validators === undefined || schemas !== this.#schemas) this.#validators = emitValidators(plan, { optimize: false });
    this.#schemas = schemas;
    return this.#validators;
  }
}
