import type { ResponseHead } from './contract.ts';
import { fieldValue } from './field-value.ts';

/**
 * The head of an answer as a flat list of names and values, in order. What an upstream sent enters by `push` (its parser has checked it);
 * everything that policies and actions write enters by `set` and `append`, which check the value.
 */
export class HeaderFields implements ResponseHead {
  status: number;
  /** Name, value, name, value …; names lower case. */
  readonly flat: string[] = [];

  constructor(status: number) {
    this.status = status;
  }

  get(name: string): string | undefined {
    let joined: string | undefined;
    for (let index = 0; index < this.flat.length; index += 2) {
      if (this.flat[index] !== name) continue;
      const value = this.flat[index + 1] ?? '';
      joined = joined === undefined ? value : `${joined}, ${value}`;
    }
    return joined;
  }

  set(name: string, value: string): void {
    this.remove(name);
    this.append(name, value);
  }

  setMissing(name: string, value: string): void {
    if (this.#find(name) === -1) this.append(name, value);
  }

  /** A value that must not be sent is left out. */
  append(name: string, value: string): void {
    const sendable = fieldValue(value);
    if (sendable !== undefined) this.flat.push(name, sendable);
  }

  /** Adds a field whose value a strict parser has read. */
  push(name: string, value: string): void {
    this.flat.push(name, value);
  }

  remove(name: string): void {
    const { flat } = this;
    const first = this.#find(name);
    if (first === -1) return;
    let kept = first;
    for (let index = first + 2; index < flat.length; index += 2) {
      const field = flat[index];
      const value = flat[index + 1];
      if (field === undefined || value === undefined || field === name) continue;
      flat[kept] = field;
      flat[kept + 1] = value;
      kept += 2;
    }
    flat.length = kept;
  }

  /** Where the first field of that name stands, or -1. */
  #find(name: string): number {
    const { flat } = this;
    for (let index = 0; index < flat.length; index += 2) if (flat[index] === name) return index;
    return -1;
  }

  /** Replaces every value of a name; undefined removes the field. */
  mapValues(name: string, map: (value: string) => string | undefined): void {
    const values: string[] = [];
    for (let index = 0; index < this.flat.length; index += 2) {
      if (this.flat[index] === name) values.push(this.flat[index + 1] ?? '');
    }
    if (values.length === 0) return;
    this.remove(name);
    for (const value of values) {
      const mapped = map(value);
      if (mapped !== undefined) this.append(name, mapped);
    }
  }
}
