import { describe, expect, it } from 'vitest';
import { PROBE_TLS_SESSIONS_MAX } from '../../../src/base/limits.ts';
import { TlsSessions } from '../../../src/probe/tls-sessions.ts';

const ticket = Buffer.from('ticket');

describe('TLS sessions', () => {
  it('are gone once taken, until they are given back', () => {
    const sessions = new TlsSessions();
    sessions.keep('a', { ticket, fullMs: 0, expiresMs: null });
    expect(sessions.take('b', 1)).toBeNull();
    expect(sessions.take('a', 1)).toEqual({ ticket, fullMs: 0, expiresMs: null });
    expect(sessions.take('a', 1)).toBeNull();
  });

  it('end a minute after the certificate was seen, however often it was resumed', () => {
    const sessions = new TlsSessions();
    for (let nowMs = 5_000; nowMs < 60_000; nowMs += 5_000) {
      sessions.keep('a', { ticket, fullMs: 0, expiresMs: null });
      expect(sessions.take('a', nowMs)).not.toBeNull();
    }
    sessions.keep('a', { ticket, fullMs: 0, expiresMs: null });
    expect(sessions.take('a', 60_000)).toBeNull();
    expect(sessions.size).toBe(0);
  });

  it('are bounded, the oldest giving way', () => {
    const sessions = new TlsSessions();
    for (let i = 0; i <= PROBE_TLS_SESSIONS_MAX; i++) sessions.keep(String(i), { ticket, fullMs: 0, expiresMs: null });
    expect(sessions.size).toBe(PROBE_TLS_SESSIONS_MAX);
    expect(sessions.take('0', 1)).toBeNull();
    expect(sessions.take('1', 1)).not.toBeNull();
  });
});
