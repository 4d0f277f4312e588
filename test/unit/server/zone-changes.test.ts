import { describe, expect, it } from 'vitest';
import { diffZones, summariseZone, type ZoneSummary } from '../../../src/server/zone-changes.ts';
import { readYamlZone } from '../../../src/zone/yaml-reader.ts';

function summary(text: string): ZoneSummary {
  const { model } = readYamlZone({
    origin: 'a.test.',
    files: [{ path: 'a.test.yaml', text }],
    include: () => 'no includes',
    serial: 1,
    soaDefaults: {},
    subZones: [],
    escapedSemicolons: true,
  });
  return summariseZone(model!);
}
const steered = (weight: number) => `s:
  type: A
  value: 127.0.0.9
  dynamic:
    pools: {m: {values: [{value: 127.0.0.1, weight: ${weight}, status: up}, {value: 127.0.0.2, status: up}]}}
    rules: [{pool: m}]
`;

describe('diffZones', () => {
  it('names what came, went and changed', () => {
    const before = summary('a: {type: A, value: 127.0.0.1}\nb: {type: A, value: 127.0.0.1}\n');
    const after = summary('b: {type: A, value: 127.0.0.2}\nc: {type: A, value: 127.0.0.1}\n');
    expect(diffZones(before, after)).toMatchObject({
      added: ['c.a.test. A'],
      removed: ['a.a.test. A'],
      changed: ['b.a.test. A'],
      counts: { added: 1, removed: 1, changed: 1 },
    });
  });

  it('tells a TTL from the same TTL, and weights from and to', () => {
    const ttl = (seconds: number) => summary(`a: {type: A, value: 127.0.0.1, ttl: ${seconds}}\n`);
    expect(diffZones(ttl(60), ttl(60))?.changed).toEqual([]);
    expect(diffZones(ttl(60), ttl(61))?.changed).toEqual(['a.a.test. A']);
    const changes = diffZones(summary(steered(3)), summary(steered(5)));
    expect(changes?.weights).toEqual(['s.a.test. A m 127.0.0.1: 3 -> 5']);
    expect(changes?.changed).toEqual(['s.a.test. A']);
    expect(changes?.counts.weights).toBe(1);
    expect(changes?.steered).toEqual(['s.a.test. A']);
  });

  it('tells that an RRset follows health now', () => {
    const service = (follow: string) =>
      summary(`_s._tcp: {type: SRV, value: {port: 1, priority: 1, weight: 1, target: a.test.}${follow}}\n`);
    const following = service(', octodns: {meridian: {follow: [targets]}}');
    expect(diffZones(service(''), following)?.changed).toEqual(['_s._tcp.a.test. SRV']);
    expect(diffZones(following, following)?.changed).toEqual([]);
  });

  it('takes what only stands elsewhere for the same', () => {
    expect(diffZones(summary(steered(3)), summary(`# a comment\n${steered(3)}`))?.changed).toEqual([]);
  });

  it('lists all when asked to', () => {
    const many = Array.from({ length: 50 }, (_, i) => `n${i}: {type: A, value: 127.0.0.1}\n`).join('');
    const changes = diffZones(summary('x: {type: A, value: 127.0.0.1}\n'), summary(many), 1_000);
    expect(changes?.added).toHaveLength(50);
  });

  it('counts all and lists few', () => {
    const many = Array.from({ length: 50 }, (_, i) => `n${i}: {type: A, value: 127.0.0.1}\n`).join('');
    const changes = diffZones(summary('x: {type: A, value: 127.0.0.1}\n'), summary(many));
    expect(changes?.added).toHaveLength(21);
    expect(changes?.added.at(-1)).toBe('+30 more');
    expect(changes?.counts.added).toBe(50);
  });

  it('compares only what is steered in a very large zone', () => {
    const filler = Array.from({ length: 20_001 }, (_, i) => `n${i}: {type: A, value: 127.0.0.1}\n`).join('');
    const large = summary(filler + steered(5));
    expect(large.isWhole).toBe(false);
    const changes = diffZones(summary(steered(3)), large);
    expect(changes).toMatchObject({ isWhole: false, added: [], changed: ['s.a.test. A'], counts: { weights: 1 } });
  });

  it('has nothing to say without a before', () => {
    expect(diffZones(undefined, summary(steered(1)))).toBeNull();
  });
});
