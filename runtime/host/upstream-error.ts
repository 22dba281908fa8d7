import type { Reply } from '../contract.ts';
import { problem } from '../problem.ts';

const BY_CODE: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection_refused'],
  ['ENOTFOUND', 'dns_error'],
  ['EAI_AGAIN', 'dns_timeout'],
  ['EHOSTUNREACH', 'destination_ip_unroutable'],
  ['ENETUNREACH', 'destination_ip_unroutable'],
  ['ETIMEDOUT', 'connection_timeout'],
  ['UND_ERR_CONNECT_TIMEOUT', 'connection_timeout'],
  ['UND_ERR_HEADERS_OVERFLOW', 'http_response_header_section_size'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'http_response_incomplete'],
  ['EPROTO', 'tls_protocol_error'],
]);

/**
 * The RFC 9209 error type of a failed attempt.
 *
 * @param headStarted whether bytes of the answer had arrived
 */
export function errorType(error: Error, headStarted: boolean): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = BY_CODE.get(code);
  if (known !== undefined) return known;
  if (code.startsWith('HPE_') || error.name === 'HTTPParserError') return 'http_protocol_error';
  if (code.includes('CERT') || code.includes('SIGNATURE')) return 'tls_certificate_error';
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) return 'tls_protocol_error';
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET') {
    return headStarted ? 'http_response_incomplete' : 'connection_terminated';
  }
  return 'http_protocol_error';
}

/** 504 for a target that could not be reached in time, 502 for every other failed attempt. */
export function replyFor(type: string): Reply {
  return type === 'connection_timeout' || type === 'dns_timeout' ? problem.gatewayTimeout(type) : problem.badGateway(type);
}
