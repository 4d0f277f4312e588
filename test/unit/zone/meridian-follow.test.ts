import { describe, expect, it } from 'vitest';
import { FOLLOWED_TARGETS_MAX } from '../../../src/base/limits.ts';
import { RRType } from '../../../src/wire/codes.ts';
import { nameToText } from '../../../src/wire/name.ts';
import { readZoneText } from './yaml-zone.ts';

const NAMES = `www:
  type: A
  value: 192.0.2.9
  dynamic: {pools: {p: {values: [{value: 192.0.2.1}]}}, rules: [{pool: p}]}
other: {type: CNAME, value: www.unit.test.}
fixed: {type: A, value: 192.0.2.5}
`;
const follows = (what: string) => `, octodns: {meridian: {follow: ${what}}}}\n`;
const srv = (...targets: string[]) =>
  `_s._tcp: {type: SRV, values: [${targets.map((target, i) => `{port: 1, priority: ${i}, weight: 1, target: ${target}}`).join(', ')}]`;
const https = (...values: string[]) => `h: {type: HTTPS, values: [${values.join(', ')}]`;
const value = (priority: number, target: string, params = '') =>
  `{svcpriority: ${priority}, targetname: ${target}${params === '' ? '' : `, svcparams: {${params}}`}}`;
/** Codes and places of what is told of the first record of `text`, and its model. */
function read(text: string) {
  const zone = readZoneText(text + NAMES);
  return {
    zone,
    told: zone.faults.map(({ code, line, column, message }) => ({ code, at: `${line}:${column}`, message })),
  };
}
const codes = (text: string) => read(text).told.map(({ code }) => code);

describe('follow', () => {
  it('makes an RRset that follows of SRV, SVCB and HTTPS, and only of those that ask', () => {
    const { zone, told } = read(srv('www.unit.test.', 'other.unit.test.') + follows('[targets]'));
    expect(told).toEqual([]);
    expect(zone.model!.follows.map(({ owner, ...rest }) => ({ owner: nameToText(owner), ...rest }))).toEqual([
      { owner: '_s._tcp.unit.test.', type: RRType.SRV, leavesOut: true, hints: false },
    ]);
    const both = read(https(value(1, 'www.unit.test.'), value(2, 'other.unit.test.')) + follows('[hints, targets]'));
    expect(both.told).toEqual([]);
    expect(both.zone.model!.follows).toMatchObject([{ type: RRType.HTTPS, leavesOut: true, hints: true }]);
    expect(read(`${srv('www.unit.test.')}}\n`).zone.model!.follows).toEqual([]);
  });

  it.each([
    ['a type without targets', `t: {type: TXT, value: x${follows('[targets]')}`, 'follow-type'],
    ['hints of an SRV', srv('www.unit.test.', 'a.test.') + follows('[targets, hints]'), 'follow-hints'],
    ['hints of an alias (RFC 9460 2.4.2)', https(value(0, 'www.unit.test.')) + follows('[hints]'), 'follow-hints'],
    [
      'an alias beside services (RFC 9460 2.4.1)',
      https(value(0, 'www.unit.test.'), value(1, 'a.test.')) + follows('[targets]'),
      'follow-modes',
    ],
    [
      'a mandatory hint, which may have to go (RFC 9460 8)',
      https(value(1, '.', 'mandatory: [ipv4hint], ipv4hint: [192.0.2.1]')) + follows('[hints]'),
      'follow-mandatory',
    ],
    [
      'more targets than FOLLOWED_TARGETS_MAX',
      srv(...Array.from({ length: FOLLOWED_TARGETS_MAX + 1 }, (_, i) => `t${i}.test.`)) + follows('[targets]'),
      'follow-targets',
    ],
    ['a word that it does not know', srv('www.unit.test.') + follows('[health]'), 'meridian-invalid'],
    ['nothing', srv('www.unit.test.') + follows('[]'), 'meridian-invalid'],
  ])('refuses %s, at its place', (_, text, code) => {
    const { zone } = read(text);
    expect(zone.faults.filter(({ severity }) => severity === 'error').map((fault) => fault.code)).toEqual([code]);
    expect(zone.places[0]).toMatch(/^1:[1-9]\d* /);
  });

  it('is served without hints of its own where mandatory names another key', () => {
    expect(codes(https(value(1, 'www.unit.test.', 'mandatory: [alpn], alpn: [h2]')) + follows('[hints]'))).toEqual([]);
  });

  it('says where it has no effect', () => {
    expect(codes(srv('www.unit.test.') + follows('[targets]'))).toEqual(['follow-alone']);
    expect(codes(srv('www.unit.test.', 'a.test.') + follows('[targets, targets]'))).toEqual(['follow-twice']);
    expect(codes(srv('fixed.unit.test.', 'fixed.unit.test.') + follows('[targets]'))).toEqual([
      'follow-alone',
      'follow-static',
    ]);
    expect(codes(srv('fixed.unit.test.', 'a.test.') + follows('[targets]'))).toEqual(['follow-outside']);
    expect(codes(srv('www.unit.test.', 'gone.unit.test.') + follows('[targets]'))).toEqual(['follow-target']);
    // The hints of a static name are its addresses.
    expect(codes(https(value(1, 'fixed.unit.test.')) + follows('[hints]'))).toEqual([]);
  });

  it('tells of a target at its own line, with what to do', () => {
    const lines = `_s._tcp:
  type: SRV
  values:
  - {port: 1, priority: 1, weight: 1, target: www.unit.test.}
  - {port: 1, priority: 1, weight: 1, target: gone.unit.test.}
  octodns: {meridian: {follow: [targets]}}
`;
    expect(read(lines).told).toEqual([
      {
        code: 'follow-target',
        at: '5:5',
        message:
          'the target gone.unit.test. has no address in this zone: clients cannot reach it, and it is served whatever happens; add the name or correct it',
      },
    ]);
  });
});
