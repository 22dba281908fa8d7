/**
 * Entry of a generation: what one gateway plan compiled to, as the arguments of `createGeneration`. Data and pure functions; it brings no
 * host code, so it holds no listener and no timer. `cli/bundle/section.ts` says how it lies in `gateway.mjs`.
 */
import { expressions } from 'gw:expressions';
import { table } from 'gw:matcher';
import { validators } from 'gw:validators';
import { gateway } from 'gw:wiring';
import type { GenerationParts } from '../../runtime/generation.ts';

export const parts: GenerationParts = { gateway, table, validators, expressions };
