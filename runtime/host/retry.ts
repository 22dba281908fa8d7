/** RE-1: methods that may be sent a second time when the first may have reached the service. */
export const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'QUERY']);

/** How often a request is sent at most (RE-1). */
export const ATTEMPTS = 2;
