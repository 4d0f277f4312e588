/**
 * Turns the error that ended a check into one short sentence that stays the same while the cause does: an operator reads it
 * in `status`, and a report changes only when it changes. Nothing that the endpoint wrote is quoted.
 *
 * Built by the checks when a socket, TLS or the HTTP parser fails; read by {@link CheckAttempt}.
 */

import { PROBE_HEADER_BYTES_MAX } from '../base/limits.ts';

/** How far a check had come; a reason names it where the same error means different things. */
export type CheckStage = 'resolve' | 'connect' | 'tls' | 'response' | 'body';

/** OpenSSL's verification results (X509_V_ERR_*) and Node's own, in words. Others are spelled from their code. */
const CERTIFICATE_REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not yet valid',
  CERT_REVOKED: 'revoked',
  CERT_SIGNATURE_FAILURE: 'bad signature',
  CERT_UNTRUSTED: 'not trusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'signed by an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'signed by an unknown authority',
  INVALID_PURPOSE: 'not for servers',
  HOSTNAME_MISMATCH: 'for another name',
  ERR_TLS_CERT_ALTNAME_INVALID: 'for another name',
  ERR_TLS_CERT_ALTNAME_FORMAT: 'malformed name',
};

const CERTIFICATE_CODE = /^(CERT_|CRL_|UNABLE_TO_|ERROR_IN_CERT|INVALID_CA$|PATH_LENGTH_EXCEEDED$)/;

/** The sentence for `error`, which ended the stage `stage`. */
export function failureReason(error: unknown, stage: CheckStage): string {
  const code = errorCode(error);
  const certificate = CERTIFICATE_REASONS[code];
  if (certificate !== undefined) return `certificate: ${certificate}`;
  if (CERTIFICATE_CODE.test(code)) return `certificate: ${spell(code)}`;
  if (code === 'HPE_HEADER_OVERFLOW') return `response headers over ${PROBE_HEADER_BYTES_MAX} bytes`;
  if (code.startsWith('HPE_')) return 'malformed response';
  if (code.startsWith('ERR_SSL_')) return `tls: ${spell(code.slice(8))}`;
  switch (code) {
    case 'ECONNREFUSED':
      return 'connect refused';
    case 'EHOSTUNREACH':
    case 'EHOSTDOWN':
      return 'no route to host';
    case 'ENETUNREACH':
      return 'network unreachable';
    case 'ETIMEDOUT':
      return `timeout (${stage})`;
    case 'ECONNRESET':
      // Node gives the same code to a clean close that comes too early; its own two messages tell them apart.
      return /hang up|disconnected before|aborted/.test(errorMessage(error))
        ? `connection closed (${stage})`
        : `connection reset (${stage})`;
    case 'EPIPE':
    case 'ECONNABORTED':
      return `connection reset (${stage})`;
    case 'EPROTO':
      return 'tls: protocol error';
    default:
      return `${code === '' ? 'error' : spell(code)} (${stage})`;
  }
}

/** `code` of a Node error, or the empty string. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** `message` of an error, or its text. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function spell(code: string): string {
  return code.toLowerCase().replaceAll('_', ' ').slice(0, 60);
}
