import type { Rule } from './rule.ts';
import gatewayConfig from './rules/gateway/config.ts';
import gatewayGuardrail from './rules/gateway/guardrail.ts';
import gatewayInapplicable from './rules/gateway/inapplicable.ts';
import gatewayLimitKey from './rules/gateway/limit-key.ts';
import gatewayNotDelegated from './rules/gateway/not-delegated.ts';
import gatewayPolicyUndefined from './rules/gateway/policy-undefined.ts';
import gatewaySchema from './rules/gateway/schema.ts';
import gatewaySchemaUncompilable from './rules/gateway/schema-uncompilable.ts';
import gatewayUpstream from './rules/gateway/upstream.ts';
import governanceOwner from './rules/governance/owner.ts';
import governanceSuppression from './rules/governance/suppression.ts';
import mergeComponentCollision from './rules/merge/component-collision.ts';
import mergeMixedOas from './rules/merge/mixed-oas.ts';
import mergeOperationId from './rules/merge/operation-id.ts';
import mergeRouteAmbiguous from './rules/merge/route-ambiguous.ts';
import mergeRouteConflict from './rules/merge/route-conflict.ts';
import mergeRouteTakeover from './rules/merge/route-takeover.ts';
import mergeSecuritySchemeCollision from './rules/merge/security-scheme-collision.ts';
import mergeTagCollision from './rules/merge/tag-collision.ts';
import routeAmbiguous from './rules/route/ambiguous.ts';
import routeCase from './rules/route/case.ts';
import routeMethod from './rules/route/method.ts';
import routeMultiSegment from './rules/route/multi-segment.ts';
import routeOverlap from './rules/route/overlap.ts';
import routePrefixOwnership from './rules/route/prefix-ownership.ts';
import routeReserved from './rules/route/reserved.ts';
import routeShadowed from './rules/route/shadowed.ts';
import routeSlash from './rules/route/slash.ts';
import routeTemplateUnsupported from './rules/route/template-unsupported.ts';
import securityMissing from './rules/security/missing.ts';
import securityPublicUndeclared from './rules/security/public-undeclared.ts';
import securitySchemeUnbound from './rules/security/scheme-unbound.ts';
import securityUndefinedScheme from './rules/security/undefined-scheme.ts';
import specAdditionalOperations32 from './rules/spec/additional-operations-3.2.ts';
import specBodyOnGet from './rules/spec/body-on-get.ts';
import specDiscriminator from './rules/spec/discriminator.ts';
import specIdenticalTemplate from './rules/spec/identical-template.ts';
import specKeywordVersion from './rules/spec/keyword-version.ts';
import specOperationIdUnique from './rules/spec/operation-id-unique.ts';
import specParamDuplicate from './rules/spec/param-duplicate.ts';
import specParamReserved from './rules/spec/param-reserved.ts';
import specParse from './rules/spec/parse.ts';
import specPathParam from './rules/spec/path-param.ts';
import specPathParamUnused from './rules/spec/path-param-unused.ts';
import specQuerystring32 from './rules/spec/querystring-3.2.ts';
import specRefCycle from './rules/spec/ref-cycle.ts';
import specRefMisplaced from './rules/spec/ref-misplaced.ts';
import specRefOutside from './rules/spec/ref-outside.ts';
import specRefRemote from './rules/spec/ref-remote.ts';
import specRefSibling from './rules/spec/ref-sibling.ts';
import specRefUnresolved from './rules/spec/ref-unresolved.ts';
import specRegex from './rules/spec/regex.ts';
import specServerVariable from './rules/spec/server-variable.ts';
import specStatusCode from './rules/spec/status-code.ts';
import specStructure from './rules/spec/structure.ts';
import specStructureDoc from './rules/spec/structure-doc.ts';
import specVersion from './rules/spec/version.ts';

/** Every rule there is, those that other stages report included. An explicit list: a rule that is not in it does not exist. */
export const catalogue: readonly Rule[] = [
  specParse,
  specVersion,
  specStructure,
  specStructureDoc,
  specRefUnresolved,
  specRefRemote,
  specRefOutside,
  specRefSibling,
  specRefMisplaced,
  specRefCycle,
  specPathParam,
  specPathParamUnused,
  specParamDuplicate,
  specParamReserved,
  specOperationIdUnique,
  specIdenticalTemplate,
  specStatusCode,
  specServerVariable,
  specDiscriminator,
  specRegex,
  specKeywordVersion,
  specBodyOnGet,
  specQuerystring32,
  specAdditionalOperations32,
  routeTemplateUnsupported,
  routeShadowed,
  routeAmbiguous,
  routeOverlap,
  routeReserved,
  routeSlash,
  routeCase,
  routeMultiSegment,
  routeMethod,
  routePrefixOwnership,
  gatewayConfig,
  gatewaySchema,
  gatewaySchemaUncompilable,
  gatewayInapplicable,
  gatewayUpstream,
  gatewayLimitKey,
  gatewayNotDelegated,
  gatewayPolicyUndefined,
  gatewayGuardrail,
  securityMissing,
  securityPublicUndeclared,
  securityUndefinedScheme,
  securitySchemeUnbound,
  governanceOwner,
  governanceSuppression,
  mergeRouteConflict,
  mergeRouteTakeover,
  mergeRouteAmbiguous,
  mergeOperationId,
  mergeComponentCollision,
  mergeSecuritySchemeCollision,
  mergeTagCollision,
  mergeMixedOas,
];
