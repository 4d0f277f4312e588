import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codesOf, readZoneText } from './yaml-zone.ts';

const RECORD = '{type: A, value: 192.0.2.1}';

describe('a zone file', () => {
  it.each(['', '---\n', 'null', '{}', 'false', '# nothing', 'www: []'])('%j is an empty zone', (text) => {
    expect(readZoneText(text).told).toEqual([]);
    expect(readZoneText(text).model).not.toBeNull();
  });

  it('is a mapping', () => {
    expect(codesOf(readZoneText('- a'))).toEqual(['zone-not-map']);
  });

  it('is read whole before it is refused: every fault of every record, each with its place', () => {
    const zone = readZoneText(
      'a:\n  type: A\n  values:\n  - bad\n  - worse\nb:\n  type: MX\n  value: {preference: x, exchange: bad..name}\nc: {type: nope}\n',
    );
    expect(zone.model).toBeNull();
    expect(zone.places).toEqual([
      '4:5 address-invalid',
      '5:5 address-invalid',
      '8:23 field-invalid',
      '8:36 target-invalid',
      '9:11 type-unknown',
    ]);
  });

  it('warns of names that want quotes', () => {
    const zone = readZoneText(
      `no: ${RECORD}\n010: ${RECORD}\n~: ${RECORD}\n1.10: ${RECORD}\n42: ${RECORD}\n'on': ${RECORD}\n2001-01-01: ${RECORD}\n`,
    );
    expect(zone.told.map((line) => line.split(' ').slice(1, 3).join(' '))).toEqual([
      'key-wants-quotes False',
      'key-wants-quotes 8',
      'key-wants-quotes None',
      'key-wants-quotes 1.1',
    ]);
    expect(zone.records.map((line) => line.split('.unit')[0])).toEqual([
      '1.1',
      '2001-01-01',
      '42',
      '8',
      'false',
      'none',
      'on',
    ]);
  });

  it('may be a directory of files, in which no name and type stands twice', () => {
    const files = [
      { path: 'unit.test./www.yaml', text: `www: ${RECORD}` },
      { path: 'unit.test./$unit.test.yaml', text: `'*': ${RECORD}\nwww: {type: AAAA, value: '::1'}` },
    ];
    expect(readZoneText('', {}, { files }).records.length).toBe(3);
    const twice = readZoneText('', {}, { files: [...files, { path: 'unit.test./x.yaml', text: `www: ${RECORD}` }] });
    expect(twice.faults.find((fault) => fault.severity === 'error')).toMatchObject({
      code: 'record-duplicate',
      file: 'unit.test./x.yaml',
      line: 1,
    });
  });

  it('tells of an included record where it stands', () => {
    const zone = readZoneText('www: !include rec.yaml', { 'rec.yaml': '---\ntype: A\nvalue: bad\n' });
    expect(zone.faults).toMatchObject([{ file: 'rec.yaml', line: 3, column: 8, record: 'www', type: 'A' }]);
  });

  it('tells of an include that brings no record where it is asked for', () => {
    expect(readZoneText('a: 1\nwww: !include e', { e: '---\n' }).faults).toMatchObject([
      { file: 'unit.test.yaml', line: 1, record: 'a' },
      { file: 'unit.test.yaml', line: 2, column: 1, record: 'www', code: 'record-not-map' },
    ]);
    expect(readZoneText('!include l', { l: '- a' }).faults[0]).toMatchObject({
      file: 'unit.test.yaml',
      line: 1,
      code: 'zone-not-map',
    });
  });

  it('has a name that is one, in any script', () => {
    expect(readZoneText('', {}, { origin: 'BÜCHER.test' }).model!.originText).toBe('xn--bcher-kva.test.');
    expect(codesOf(readZoneText('', {}, { origin: 'a..b.' }))).toEqual(['zone-name']);
  });

  it('keys like __proto__ and constructor are names like others', () => {
    const zone = readZoneText(`__proto__: ${RECORD}\nconstructor: {type: TXT, value: x, __proto__: {type: A}}\n`);
    expect(zone.records.length).toBe(2);
  });

  it('that repeats itself without end is refused, not expanded', () => {
    const lines = [
      'l: &l',
      ...Array.from({ length: 1_100 }, () => `- ${RECORD}`),
      ...Array.from({ length: 1_000 }, (_, i) => `n${i}: *l`),
    ];
    expect(codesOf(readZoneText(lines.join('\n')))).toContain('zone-too-large');
  });

  it('never throws, whatever is done to it', () => {
    const seed = `---
www: &w
  type: A
  ttl: 60
  values: [192.0.2.1]
  octodns: {lenient: false, healthcheck: {protocol: HTTP, port: 80}, meridian: {answers: 2, steering: {pools: {eu: {region: x}}}}}
  dynamic:
    pools: {eu: {fallback: us, values: [{value: 192.0.2.2, weight: 3}, {value: 192.0.2.3}]}, us: {values: [{value: 192.0.2.4, status: up}]}}
    rules: [{subnets: [10.0.0.0/8], pool: us}, {geos: [EU, NA-US-CA], pool: eu}, {pool: us}]
'': [{type: NS, values: [ns1.unit.test.]}, {type: MX, value: {preference: 1, exchange: m.unit.test.}}, {type: ALIAS, value: www.unit.test.}]
_a._tcp: {type: SRV, value: {priority: 1, weight: 2, port: 3, target: a.b.}}
h: {type: HTTPS, value: {svcpriority: 1, targetname: ., svcparams: {alpn: [h2], port: 443, ipv4hint: [192.0.2.1]}}}
l: {type: LOC, value: {lat_degrees: 1, lat_minutes: 1, lat_seconds: 1, lat_direction: N, long_degrees: 1, long_minutes: 1, long_seconds: 1, long_direction: E, altitude: 1, size: 1, precision_horz: 1, precision_vert: 1}}
t: {<<: *w, type: TXT, value: 'x\\; y'}
`;
    const piece = fc.constantFrom(
      '~',
      '[]',
      '{}',
      '-1',
      '.inf',
      'yes',
      '*w',
      ': ',
      ', ',
      '\n',
      '"',
      "'",
      '99999999999999999999',
      'é',
      '\\',
      '!!binary aa==',
      '2001-01-01',
      '\ud800',
      '',
    );
    const edit = fc.record({ at: fc.nat(seed.length), cut: fc.nat(12), piece });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let text = seed;
        for (const { at, cut, piece: added } of edits) text = text.slice(0, at) + added + text.slice(at + cut);
        const { model, faults } = readZoneText(text);
        expect(model === null).toBe(faults.some((fault) => fault.severity === 'error'));
      }),
      { numRuns: 400 },
    );
  });
});
