import { describe, expect, it } from 'vitest';
import { formatIpPrefix } from '../../../src/base/ip-prefix.ts';
import { nameToText } from '../../../src/wire/name.ts';
import { codesOf, readZoneText } from './yaml-zone.ts';

const STEERED = `
www:
  type: A
  ttl: 60
  values: [192.0.2.1, 192.0.2.2]
  octodns:
    meridian:
      answers: 2
      all_down: serve_all
      steering: {pools: {eu: {region: eu-west}}}
  dynamic:
    pools:
      eu:
        fallback: us
        values:
        - {value: 203.0.113.10, weight: 3}
        - {value: 203.0.113.11, status: up}
      us:
        values: [{value: 198.51.100.10}]
    rules:
    - {subnets: [10.20.0.0/16], pool: us}
    - {geos: [EU, AF-ZA, NA-CA-QC], pool: eu}
    - {pool: us}
`;

describe('dynamic records', () => {
  it('become a model with everything filled in', () => {
    const model = readZoneText(STEERED).model!.dynamics[0]!;
    expect(nameToText(model.owner)).toBe('www.unit.test.');
    expect(model).toMatchObject({
      key: 'www',
      type: 'A',
      ttlSeconds: 60,
      values: ['192.0.2.1', '192.0.2.2'],
      steering: { method: 'rules', balance: 'weighted', answers: 2, allDown: 'serve_all' },
      place: { file: 'unit.test.yaml', line: 3, column: 3 },
    });
    expect(model.pools.map(({ name, fallback, region }) => [name, fallback, region])).toEqual([
      ['eu', 1, 'eu-west'],
      ['us', -1, null],
    ]);
    expect(model.pools[0]!.endpoints.map(({ value, weight, status }) => [value, weight, status])).toEqual([
      ['203.0.113.10', 3, 'obey'],
      ['203.0.113.11', 1, 'up'],
    ]);
    expect(
      model.rules.map((rule) => [
        rule.subnets.map(formatIpPrefix),
        rule.geos.map((geo) => geo.country ?? geo.continent),
        rule.pool,
      ]),
    ).toEqual([
      [['10.20.0.0/16'], [], 1],
      [[], ['EU', 'ZA', 'CA'], 0],
      [[], [], 1],
    ]);
  });

  it('live 30 seconds unless the file says otherwise', () => {
    expect(readZoneText(STEERED.replace('  ttl: 60\n', '')).model!.dynamics[0]!.ttlSeconds).toBe(30);
  });

  it('point to names that are absolute; an address as the target of a CNAME is left out', () => {
    const zone = readZoneText(
      'www: {type: CNAME, value: b.example.com, dynamic: {pools: {p: {values: [{value: A.example.com}, {value: 192.0.2.1}]}}, rules: [{pool: p}]}}',
    );
    expect(zone.model!.dynamics[0]).toMatchObject({
      values: ['b.example.com.'],
      pools: [{ endpoints: [{ value: 'a.example.com.' }] }],
    });
    expect(codesOf(zone)).toEqual(['endpoint-unserved']);
  });

  it('that are lenient are mended where they can be, and served plainly where not', () => {
    const lenient = (dynamic: string) =>
      readZoneText(`www: {type: A, value: 192.0.2.9, octodns: {lenient: true}, dynamic: ${dynamic}}`);
    const circle = lenient(
      '{pools: {a: {fallback: b, values: [{value: 192.0.2.1, weight: 500}]}, b: {fallback: a, values: []}}, rules: [{pool: a, geos: [EU]}]}',
    );
    expect(circle.model!.dynamics[0]!.pools.map(({ name, fallback }) => [name, fallback])).toEqual([
      ['a', 1],
      ['b', -1],
      ['', -1],
    ]);
    expect(circle.model!.dynamics[0]!.rules.map((rule) => rule.pool)).toEqual([0, 2]);
    expect(lenient('{}').records).toEqual(['www.unit.test. 30 A 192.0.2.9']);
  });

  it('do not mix with geo, and steer neither TXT nor DNAME', () => {
    expect(codesOf(readZoneText(STEERED.replace('  ttl: 60', '  geo: {EU: [192.0.2.7]}')))).toEqual([
      'dynamic-with-geo',
    ]);
    expect(readZoneText('t: {type: TXT, value: x, dynamic: nonsense}').told).toEqual([]);
    const dname = readZoneText(
      'd: {type: DNAME, value: a.example.com., dynamic: {pools: {p: {values: [{value: b.example.com.}]}}, rules: [{pool: p}]}}',
    );
    expect(dname.records).toEqual(['d.unit.test. 30 DNAME a.example.com.']);
    expect(codesOf(dname)).toEqual(['dynamic-unserved']);
  });

  it('refuse settings that their check cannot have', () => {
    const zone = readZoneText(
      STEERED.replace(
        '    meridian:\n',
        '    healthcheck: {protocol: TCP}\n    meridian:\n      healthcheck: {expect_body: ok, tls_verify: true}\n',
      ),
    );
    expect(codesOf(zone)).toEqual(['meridian-healthcheck', 'meridian-healthcheck']);
  });
});

describe('a dynamic record that an alias repeats', () => {
  const repeated = (healthcheck: string, weight = 1) =>
    readZoneText(`
a: &steered
  type: A
  value: 192.0.2.1
  octodns: {healthcheck: ${healthcheck}}
  dynamic:
    pools: {p: {values: [{value: 192.0.2.1, weight: ${weight}}]}}
    rules: [{pool: p}]
b: *steered
`);

  it('is built once where nothing of it follows from its name', () => {
    const [a, b] = repeated('{protocol: TCP, port: 80}').model!.dynamics;
    expect([a!.key, b!.key, nameToText(b!.owner)]).toEqual(['a', 'b', 'b.unit.test.']);
    expect(b!.pools).toBe(a!.pools);
    expect(b!.rules).toBe(a!.rules);
  });

  it('is asked for under its own name where a check asks by name', () => {
    const { dynamics } = repeated('{protocol: HTTP}').model!;
    expect(dynamics.map(({ pools }) => pools[0]!.endpoints[0]!.check.host)).toEqual(['a.unit.test', 'b.unit.test']);
  });

  it('is told of under each name', () => {
    const { told } = repeated('{protocol: TCP, port: 99999}');
    expect(told.filter((line) => line.includes('healthcheck-port')).map((line) => line.split(' ')[2])).toEqual([
      'a',
      'b',
    ]);
  });
});
