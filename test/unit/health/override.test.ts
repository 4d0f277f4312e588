import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OVERRIDE_BYTES_MAX } from '../../../src/base/limits.ts';
import { datedAt, encodeOverride, isOverrideFor, parseOverride } from '../../../src/health/override.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';
import { shift } from '../../tools/override.ts';

const text = (fields: object = {}) => JSON.stringify({ v: 1, ...shift('one'), ...fields });

describe('the text of a shift', () => {
  it('reads back as it was written', () => {
    const one = shift('one', { reason: 'ü"\n', factor: 0.25, isResume: true });
    expect(parseOverride(encodeOverride(one))).toEqual(one);
  });

  it('lasts as long whenever it is dated', () => {
    const dated = datedAt(shift('one', { createdMs: 5 }), 1_000);
    expect(dated).toEqual(shift('one', { createdMs: 1_000 }));
  });

  const createdMs = shift('one').createdMs;
  it.each([
    ['nothing', ''],
    ['null', 'null'],
    ['another version', text({ v: 2 })],
    ['an id with braces', text({ id: 'a{b}' })],
    ['a scope of its own', text({ scope: 'planet' })],
    ['no target', text({ target: '' })],
    ['a factor above 1', text({ factor: 1.01 })],
    ['a factor below 0', text({ factor: -0.1 })],
    ['a factor in text', text({ factor: '0' })],
    ['an endless reason', text({ reason: 'x'.repeat(501) })],
    ['no expiry', text({ expiresMs: undefined })],
    ['a life of a minute less a millisecond', text({ expiresMs: createdMs + 59_999 })],
    ['a life of more than 72 hours', text({ expiresMs: createdMs + 72 * 3_600_000 + 1 })],
    ['an end before its beginning', text({ expiresMs: createdMs - 1 })],
    ['too many characters', ' '.repeat(OVERRIDE_BYTES_MAX + 1)],
  ])('with %s is refused', (_, hostile) => {
    expect(parseOverride(hostile)).toHaveProperty('fault');
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (hostile) => void parseOverride(hostile)));
  });
});

describe('a shift is for', () => {
  const spec = endpointSpec('192.0.2.1', { region: 'eu-west', pool: 'eu' });
  it.each([
    ['region', 'eu-west', true],
    ['region', 'eu', false],
    ['pool', 'eu', true],
    ['pool', 'www.example.com./eu', true],
    ['pool', 'api.example.com./eu', false],
    ['endpoint', '192.0.2.1', true],
    ['endpoint', spec.key, true],
    ['endpoint', '192.0.2.10', false],
    ['name', 'www.example.com.', true],
    ['name', 'example.com.', true],
    ['name', 'com.', false],
  ] as const)('%s %s: %s', (scope, target, expected) => {
    expect(isOverrideFor(shift('one', { scope, target }), spec)).toBe(expected);
  });
});
