/** A format the running gateway enforces: what kind of value it is about and the function of `runtime/validate/formats.ts`. */
export interface FormatCheck {
  readonly type: 'string' | 'number';
  readonly check: string;
}

/** By name of the format (VA-8). All others are annotations. */
export const FORMATS: ReadonlyMap<string, FormatCheck> = new Map<string, FormatCheck>([
  ['date', { type: 'string', check: 'isDate' }],
  ['time', { type: 'string', check: 'isTime' }],
  ['date-time', { type: 'string', check: 'isDateTime' }],
  ['duration', { type: 'string', check: 'isDuration' }],
  ['uuid', { type: 'string', check: 'isUuid' }],
  ['email', { type: 'string', check: 'isEmail' }],
  ['hostname', { type: 'string', check: 'isHostname' }],
  ['ipv4', { type: 'string', check: 'isIpv4' }],
  ['ipv6', { type: 'string', check: 'isIpv6' }],
  ['uri', { type: 'string', check: 'isUri' }],
  ['uri-reference', { type: 'string', check: 'isUriReference' }],
  ['uri-template', { type: 'string', check: 'isUriTemplate' }],
  ['json-pointer', { type: 'string', check: 'isJsonPointer' }],
  ['relative-json-pointer', { type: 'string', check: 'isRelativeJsonPointer' }],
  ['regex', { type: 'string', check: 'isRegex' }],
  ['byte', { type: 'string', check: 'isByte' }],
  ['decimal', { type: 'string', check: 'isDecimal' }],
  ['int32', { type: 'number', check: 'isInt32' }],
  ['int64', { type: 'number', check: 'isInt64' }],
  ['float', { type: 'number', check: 'isFloat' }],
]);
