import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { formatIpAddress } from '../../../src/base/ip-address.ts';
import { TCP_FRAME_MS } from '../../../src/base/limits.ts';
import { ProxyPreface } from '../../../src/server/proxy-preface.ts';
import { proxyHeader } from '../../tools/proxy-header.ts';

function open() {
  const wire = new Duplex({ allowHalfOpen: true, read() {}, write: (_chunk, _encoding, done) => done() });
  const told: string[] = [];
  const preface = new ProxyPreface(wire as unknown as Socket, {
    onClient: (client) => told.push(client === null ? 'itself' : formatIpAddress(client)),
    onFailure: () => told.push('failed'),
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const take = async (octets: Uint8Array | null) => {
    wire.push(octets);
    await turn();
    await turn();
  };
  return { wire, told, take, preface };
}

describe('ProxyPreface', () => {
  it('takes the header in any split and leaves what follows to the next phase', async () => {
    const { wire, told, take } = open();
    const octets = Uint8Array.from([...proxyHeader('2001:db8::7', { tlvs: new Uint8Array(9) }), 1, 2, 3]);
    for (const octet of octets) await take(Uint8Array.of(octet));
    expect(told).toEqual(['2001:db8::7']);
    const rest: number[] = [];
    wire.on('data', (chunk: Buffer) => rest.push(...chunk));
    await take(Uint8Array.of(4));
    expect(rest).toEqual([1, 2, 3, 4]);
  });

  it('takes the header and what follows in one piece', async () => {
    const { wire, told, take } = open();
    await take(Uint8Array.from([...proxyHeader('192.0.2.7'), 9, 9]));
    expect(told).toEqual(['192.0.2.7']);
    expect(wire.read()).toEqual(Buffer.from([9, 9]));
  });

  it('lets the proxy speak for itself', async () => {
    const { told, take } = open();
    await take(proxyHeader('192.0.2.7', { isLocal: true }));
    expect(told).toEqual(['itself']);
  });

  it.each([
    ['no header', [Buffer.alloc(20, 65)]],
    ['a bad header', [proxyHeader('192.0.2.7', { versionAndCommand: 0x41 })]],
    ['a header longer than is allowed', [proxyHeader('192.0.2.7', { length: 60_000 })]],
    ['an end in the fixed part', [proxyHeader('192.0.2.7').subarray(0, 7), null]],
    ['an end in the addresses', [proxyHeader('192.0.2.7').subarray(0, 20), null]],
    ['nothing at all', [null]],
  ])('closes on %s, and tells once', async (_, pieces) => {
    const { wire, told, take } = open();
    for (const piece of pieces) await take(piece);
    expect(told).toEqual(['failed']);
    expect(wire.destroyed).toBe(true);
  });

  it('counts for nobody and has as little time as a message that has begun', () => {
    const { preface, wire } = open();
    expect(preface.clientKey).toBeNull();
    expect(preface.deadlineMs(10_000) - performance.now()).toBeLessThanOrEqual(TCP_FRAME_MS);
    preface.finish();
    expect(wire.destroyed).toBe(true);
  });
});
