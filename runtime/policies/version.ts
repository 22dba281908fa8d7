import type { PolicyFactory, ResponsePolicyFactory } from '../contract.ts';

export interface VersionOptions {
  readonly name: string;
}

export interface VersionHeaderOptions {
  /** Name of the request header that chose the version. */
  readonly vary: string;
}

/** Tells the service which version was chosen, and the log (RT-12). */
export const tellVersion: PolicyFactory<VersionOptions> = ({ name }) => {
  return (exchange) => {
    exchange.setRequestHeader('x-api-version', name);
    exchange.note('apiVersion', name);
    return undefined;
  };
};

/** Tells caches that another version has another answer (RFC 9110 §12.5.5). */
export const varyByVersion: ResponsePolicyFactory<VersionHeaderOptions> = ({ vary }) => {
  return (_exchange, head) => head.append('vary', vary);
};
