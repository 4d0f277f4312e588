import { describe, expect, it } from 'vitest';
import { errorCode, errorMessage, failureReason } from '../../../src/probe/failure-reason.ts';

const failure = (code: string, message = code) => Object.assign(new Error(message), { code });

describe('reasons of failed checks', () => {
  it.each([
    ['ECONNREFUSED', 'connect refused'],
    ['EHOSTUNREACH', 'no route to host'],
    ['ENETUNREACH', 'network unreachable'],
    ['ETIMEDOUT', 'timeout (tls)'],
    ['EPIPE', 'connection reset (tls)'],
    ['ECONNRESET', 'connection reset (tls)'],
    ['EPROTO', 'tls: protocol error'],
    ['HPE_INVALID_CONSTANT', 'malformed response'],
    ['HPE_HEADER_OVERFLOW', 'response headers over 16384 bytes'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls: wrong version number'],
    ['CERT_HAS_EXPIRED', 'certificate: expired'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate: signed by an unknown authority'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate: for another name'],
    ['CERT_REJECTED', 'certificate: cert rejected'],
    ['ESOMETHING', 'esomething (tls)'],
  ])('%s is told as "%s"', (code, reason) => {
    expect(failureReason(failure(code), 'tls')).toBe(reason);
  });

  it('tell an early close from a reset', () => {
    expect(failureReason(failure('ECONNRESET', 'socket hang up'), 'response')).toBe('connection closed (response)');
    expect(failureReason(failure('ECONNRESET', 'read ECONNRESET'), 'response')).toBe('connection reset (response)');
  });

  it('exist for whatever was thrown, and quote none of it', () => {
    expect(failureReason(new Error('<script>'), 'body')).toBe('error (body)');
    expect(failureReason('text', 'body')).toBe('error (body)');
    expect(failureReason({ code: 7 }, 'body')).toBe('error (body)');
    expect(failureReason(failure('X'.repeat(500)), 'body').length).toBeLessThan(80);
  });

  it('are made from codes and messages of anything', () => {
    expect(errorCode(null)).toBe('');
    expect(errorCode(failure('E1'))).toBe('E1');
    expect(errorMessage(new Error('m'))).toBe('m');
    expect(errorMessage(7)).toBe('7');
  });
});
