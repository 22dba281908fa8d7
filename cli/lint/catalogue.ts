import type { Rule } from './rule.ts';
import gatewayBodyLimit from './rules/gateway/body-limit.ts';
import gatewayCanary from './rules/gateway/canary.ts';
import gatewayConfig from './rules/gateway/config.ts';
import gatewayConfigSize from './rules/gateway/config-size.ts';
import gatewayCors from './rules/gateway/cors.ts';
import gatewayDead from './rules/gateway/dead.ts';
import gatewayErrorResponse from './rules/gateway/error-response.ts';
import gatewayExpression from './rules/gateway/expression.ts';
import gatewayGuardrail from './rules/gateway/guardrail.ts';
import gatewayIdentityHeader from './rules/gateway/identity-header.ts';
import gatewayInapplicable from './rules/gateway/inapplicable.ts';
import gatewayLimitKey from './rules/gateway/limit-key.ts';
import gatewayLimitMissing from './rules/gateway/limit-missing.ts';
import gatewayLimitValue from './rules/gateway/limit-value.ts';
import gatewayNobodyAllowed from './rules/gateway/nobody-allowed.ts';
import gatewayNotDelegated from './rules/gateway/not-delegated.ts';
import gatewayPolicyUndefined from './rules/gateway/policy-undefined.ts';
import gatewayRoleUndefined from './rules/gateway/role-undefined.ts';
import gatewaySchema from './rules/gateway/schema.ts';
import gatewaySchemaUncompilable from './rules/gateway/schema-uncompilable.ts';
import gatewaySecretLiteral from './rules/gateway/secret-literal.ts';
import gatewayTimeoutBudget from './rules/gateway/timeout-budget.ts';
import gatewayUpstream from './rules/gateway/upstream.ts';
import gatewayUpstreamPlain from './rules/gateway/upstream-plain.ts';
import governanceDescription from './rules/governance/description.ts';
import governanceIdempotencyKey from './rules/governance/idempotency-key.ts';
import governanceOperationId from './rules/governance/operation-id.ts';
import governanceOwner from './rules/governance/owner.ts';
import governancePagination from './rules/governance/pagination.ts';
import governancePathCasing from './rules/governance/path-casing.ts';
import governancePathVerb from './rules/governance/path-verb.ts';
import governanceProblemJson from './rules/governance/problem-json.ts';
import governanceSummary from './rules/governance/summary.ts';
import governanceSuppression from './rules/governance/suppression.ts';
import governanceTags from './rules/governance/tags.ts';
import governanceVersionInPath from './rules/governance/version-in-path.ts';
import lifecycleDate from './rules/lifecycle/date.ts';
import lifecycleDeprecatedSunset from './rules/lifecycle/deprecated-sunset.ts';
import lifecycleGrace from './rules/lifecycle/grace.ts';
import lifecycleOverdue from './rules/lifecycle/overdue.ts';
import lifecycleSuccessor from './rules/lifecycle/successor.ts';
import lifecycleVersionConsistent from './rules/lifecycle/version-consistent.ts';
import mergeComponentCollision from './rules/merge/component-collision.ts';
import mergeMixedOas from './rules/merge/mixed-oas.ts';
import mergeOperationId from './rules/merge/operation-id.ts';
import mergeRouteAmbiguous from './rules/merge/route-ambiguous.ts';
import mergeRouteConflict from './rules/merge/route-conflict.ts';
import mergeRouteTakeover from './rules/merge/route-takeover.ts';
import mergeSecuritySchemeCollision from './rules/merge/security-scheme-collision.ts';
import mergeTagCollision from './rules/merge/tag-collision.ts';
import mergeUpstreamCollision from './rules/merge/upstream-collision.ts';
import mergeVersionOverlap from './rules/merge/version-overlap.ts';
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
import securityBasic from './rules/security/basic.ts';
import securityHttpServer from './rules/security/http-server.ts';
import securityJwt from './rules/security/jwt.ts';
import securityKeyInQuery from './rules/security/key-in-query.ts';
import securityMissing from './rules/security/missing.ts';
import securityOptional from './rules/security/optional.ts';
import securityOwaspAdditionalProperties from './rules/security/owasp-additional-properties.ts';
import securityOwaspError401 from './rules/security/owasp-error-401.ts';
import securityOwaspError429 from './rules/security/owasp-error-429.ts';
import securityOwaspNumericId from './rules/security/owasp-numeric-id.ts';
import securityOwaspUnboundedArray from './rules/security/owasp-unbounded-array.ts';
import securityOwaspUnboundedInteger from './rules/security/owasp-unbounded-integer.ts';
import securityOwaspUnboundedString from './rules/security/owasp-unbounded-string.ts';
import securityPublicUndeclared from './rules/security/public-undeclared.ts';
import securitySchemeUnbound from './rules/security/scheme-unbound.ts';
import securityUndefinedScheme from './rules/security/undefined-scheme.ts';
import securityUndefinedScope from './rules/security/undefined-scope.ts';
import securityUnsafeUnscoped from './rules/security/unsafe-unscoped.ts';
import specAdditionalOperations32 from './rules/spec/additional-operations-3.2.ts';
import specBodyOnGet from './rules/spec/body-on-get.ts';
import specDiscriminator from './rules/spec/discriminator.ts';
import specEnumDuplicate from './rules/spec/enum-duplicate.ts';
import specExample from './rules/spec/example.ts';
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
import specSchemaConflict from './rules/spec/schema-conflict.ts';
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
  specEnumDuplicate,
  specSchemaConflict,
  specBodyOnGet,
  specExample,
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
  gatewayExpression,
  gatewayInapplicable,
  gatewayUpstream,
  gatewayNotDelegated,
  gatewayGuardrail,
  gatewayBodyLimit,
  gatewayCanary,
  gatewayConfigSize,
  gatewayCors,
  gatewayDead,
  gatewayErrorResponse,
  gatewayLimitKey,
  gatewayLimitMissing,
  gatewayLimitValue,
  gatewayPolicyUndefined,
  gatewayNobodyAllowed,
  gatewayRoleUndefined,
  gatewayTimeoutBudget,
  gatewayUpstreamPlain,
  gatewayIdentityHeader,
  gatewaySecretLiteral,
  securityMissing,
  securityPublicUndeclared,
  securityUndefinedScheme,
  securitySchemeUnbound,
  securityBasic,
  securityHttpServer,
  securityKeyInQuery,
  securityOptional,
  securityUndefinedScope,
  securityUnsafeUnscoped,
  securityOwaspAdditionalProperties,
  securityOwaspError401,
  securityOwaspError429,
  securityOwaspNumericId,
  securityOwaspUnboundedArray,
  securityOwaspUnboundedInteger,
  securityOwaspUnboundedString,
  securityJwt,
  governanceOwner,
  governanceSuppression,
  governanceOperationId,
  governancePathCasing,
  governancePathVerb,
  governanceVersionInPath,
  governanceDescription,
  governanceIdempotencyKey,
  governancePagination,
  governanceProblemJson,
  governanceSummary,
  governanceTags,
  lifecycleVersionConsistent,
  lifecycleDate,
  lifecycleDeprecatedSunset,
  lifecycleGrace,
  lifecycleOverdue,
  lifecycleSuccessor,
  mergeRouteConflict,
  mergeRouteTakeover,
  mergeRouteAmbiguous,
  mergeOperationId,
  mergeComponentCollision,
  mergeSecuritySchemeCollision,
  mergeTagCollision,
  mergeMixedOas,
  mergeUpstreamCollision,
  mergeVersionOverlap,
];
