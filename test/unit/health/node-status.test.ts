import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NODE_STATUS_BYTES_MAX } from '../../../src/base/limits.ts';
import { encodeNodeStatus, listVerdicts, type NodeStatus, parseNodeStatus } from '../../../src/health/node-status.ts';

const status: NodeStatus = {
  node: 'dns1',
  boot: 'b1',
  seq: 3,
  version: '0.1.0',
  mode: 'HOLD',
  modeReason: 'store-lost',
  modeHeldMs: 1234.5,
  uptimeMs: 99_999,
  listen: ['127.0.0.1:5300', '[::1]:5300'],
  zones: 2,
  checksUp: 10,
  checksDown: 1,
  checksUnknown: 0,
  downChecks: ['tcp://192.0.2.1:80'],
  unknownChecks: [],
  regionsFresh: 2,
  regionsKnown: 3,
};
const text = (fields: object) => JSON.stringify({ v: 1, ...status, ...fields });

describe("a node's status", () => {
  it('reads back as it was written', () => {
    expect(parseNodeStatus(encodeNodeStatus(status))).toEqual(status);
    expect(parseNodeStatus(encodeNodeStatus({ ...status, modeReason: null }))).toEqual({ ...status, modeReason: null });
  });

  it('lists the checks that are not up, as many as have room', () => {
    const lists = listVerdicts([
      { id: 'a', verdict: 'up' },
      { id: 'b', verdict: 'down' },
      { id: 'c', verdict: 'unknown' },
      { id: 'x'.repeat(5_000), verdict: 'down' },
    ]);
    expect(lists).toEqual({ downChecks: ['b'], unknownChecks: ['c'] });
    // One of every escape, and more of them than fit.
    const many = Array.from({ length: 10_000 }, (_, i) => {
      return { id: `\u0001${i}`, verdict: i % 10 === 1 ? 'unknown' : 'down' } as const;
    });
    const full = { ...status, ...listVerdicts(many) };
    expect(full.downChecks.length).toBeGreaterThan(100);
    expect(
      encodeNodeStatus({ ...full, listen: Array(64).fill('[2001:db8::1234:5678:9abc:def0]:65535') }).length,
    ).toBeLessThan(NODE_STATUS_BYTES_MAX);
    expect(parseNodeStatus(encodeNodeStatus(full))).toEqual(full);
  });

  it('is read without those lists, as an earlier version wrote it', () => {
    const { downChecks, unknownChecks, ...old } = status;
    const read = parseNodeStatus(JSON.stringify({ v: 1, ...old }));
    expect(read).toEqual({ ...old, downChecks: [], unknownChecks: [] });
  });

  it('holds nothing but what it should', () => {
    expect(parseNodeStatus(text({ extra: 'x' }))).toEqual(status);
  });

  it.each<[string, string]>([
    ['no JSON', '{'],
    ['null', 'null'],
    ['another version', text({ v: 2 })],
    ['a node that is no name', text({ node: 'a b' })],
    ['a boot that is no name', text({ boot: 7 })],
    ['a version of a book', text({ version: 'x'.repeat(201) })],
    ['an unknown mode', text({ mode: 'PANIC' })],
    ['a reason that is a number', text({ modeReason: 4 })],
    ['a list of checks that is none', text({ downChecks: 'a' })],
    ['a check that is a number', text({ unknownChecks: [1] })],
    ['no list of listeners', text({ listen: 'x' })],
    ['too many listeners', text({ listen: Array.from({ length: 65 }, () => 'x') })],
    ['a negative count', text({ checksUp: -1 })],
    ['a missing count', text({ zones: undefined })],
    ['an infinite count', text({ zones: 424242 }).replace('424242', '1e999')],
    ['20,000 characters', text({ extra: 'x'.repeat(20_000) })],
  ])('is refused with %s', (_, hostile) => {
    expect(parseNodeStatus(hostile)).toHaveProperty('fault');
  });

  it('never throws, whatever comes', () => {
    const mutated = fc
      .tuple(fc.constantFrom(...Object.keys(status)), fc.jsonValue())
      .map(([key, value]) => text({ [key]: value }));
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), mutated), (hostile) => void parseNodeStatus(hostile)));
  });
});
