import { createApiKey, getApiKey, listApiKeys, removeApiKey, revokeApiKey, rotateApiKey } from './api-keys.ts';
import { issueToken } from './auth.ts';
import type { AdminHandler } from './call.ts';
import { collect, config, openapi, reload } from './configuration.ts';
import { live, ready, started } from './health.ts';
import { identityKeys } from './identity.ts';
import { limitStatus, resetLimits } from './limits.ts';
import { metrics } from './metrics.ts';
import { endOverride, listOverrides, setOverride } from './overrides.ts';
import { listRevoked, restoreTokens, revokeTokens } from './revocations.ts';
import { match, route, routes } from './routes.ts';
import { endGrace, grace, listGrace, resetSplit, setSplit, split, splits } from './traffic.ts';
import { usage } from './usage.ts';

/** AD-3: who answers each operation of `templates/admin/openapi.yaml`. A test holds that they are the same. */
export const handlers: Readonly<Record<string, AdminHandler>> = {
  livez: live,
  startupz: started,
  readyz: ready,
  listRoutes: routes,
  getRoute: route,
  matchRequest: match,
  collectGarbage: collect,
  getConfig: config,
  reloadConfig: reload,
  getOpenapi: openapi,
  getMetrics: metrics,
  getUsage: usage,
  listSplits: splits,
  getSplit: split,
  setSplit,
  resetSplit,
  getLimitStatus: limitStatus,
  resetLimits,
  listOverrides,
  setOverride,
  endOverride,
  issueToken,
  getIdentityKeys: identityKeys,
  listRevoked,
  revokeTokens,
  restoreTokens,
  listApiKeys,
  createApiKey,
  getApiKey,
  removeApiKey,
  rotateApiKey,
  revokeApiKey,
  listGrace,
  setGrace: grace,
  endGrace,
};
