import { describe, expect, it } from 'vitest';
import { codesOf, readZoneText } from './yaml-zone.ts';

const A = '{type: A, value: 192.0.2.1}';

describe('records of one zone', () => {
  it('are one of a type at a name, whatever its spelling', () => {
    const zone = readZoneText(`bücher: ${A}\nxn--bcher-kva: ${A}\n`);
    expect(zone.told).toEqual([
      'error record-duplicate xn--bcher-kva Duplicate record xn--bcher-kva.unit.test., type A',
    ]);
    expect(codesOf(readZoneText(`www: [${A}, {type: A, value: 192.0.2.2, octodns: {lenient: true}}]`))).toEqual([
      'record-duplicate',
    ]);
  });

  it('leave a CNAME alone, and an ALIAS without addresses', () => {
    const cname = '{type: CNAME, value: a.example.com.}';
    expect(readZoneText(`www: [${cname}, ${A}]`).told).toEqual([
      'error cname-coexists www Invalid state, CNAME at www.unit.test. cannot coexist with other records',
    ]);
    const lenient = (text: string) => text.replace('}', ', octodns: {lenient: true}}');
    expect(readZoneText(`www: [${lenient(cname)}, ${lenient(A)}]`).told[0]).toMatch(/^warning cname-coexists/);
    expect(readZoneText(`'': [{type: ALIAS, value: a.unit.test.}, ${A}]`).told[0]).toBe(
      'error alias-coexists  Invalid state, ALIAS at unit.test. cannot coexist with A or AAAA records',
    );
  });

  it('belong to a zone below when there is one', () => {
    const below = (text: string) => readZoneText(text, {}, { subZones: ['sub'] }).told;
    expect(below(`sub: ${A}`)).toEqual([
      'error record-at-subzone sub Record sub.unit.test. is a managed sub-zone and not of type NS or DS',
    ]);
    expect(below(`www.sub: ${A}`)).toEqual([
      'error record-under-subzone www.sub Record www.sub.unit.test. is under a managed subzone',
    ]);
    expect(below(`xsub: ${A}`)).toEqual([]);
    expect(below('sub: {type: NS, value: ns1.example.com.}')).toEqual([]);
  });

  it('are hidden by a delegation, except its glue', () => {
    const zone = readZoneText(
      `sub: {type: NS, values: [ns.sub.unit.test, ns.example.com.]}\nns.sub: ${A}\nwww.sub: ${A}\n`,
    );
    expect(codesOf(zone)).toEqual(['record-occluded']);
    expect(zone.records.length).toBe(4);
  });

  it('are of so many types at a name as a query can be let to look through, and no more', () => {
    const types = (count: number) =>
      `www:\n${Array.from({ length: count }, (_, i) => `- {type: TYPE${1000 + i}, value: '\\# 1 00'}\n`).join('')}`;
    expect(codesOf(readZoneText(types(100)))).toEqual([]);
    expect(codesOf(readZoneText(types(101)))).toEqual(['types-too-many']);
  });
});
