import { describe, expect, it } from 'vitest';
import { GeoFields } from '../../../src/geo/geo-fields.ts';
import { createFaultSink, type FaultSink } from '../../../src/zone/fault-sink.ts';
import { createYamlBudget, readYamlDocument } from '../../../src/zone/yaml-document.ts';
import type { YamlNode } from '../../../src/zone/yaml-node.ts';

/** The values of a one-level mapping, with the reader of its file. */
function read(text: string): { fields: GeoFields; sink: FaultSink; values: YamlNode[] } {
  const sink = createFaultSink();
  const root = readYamlDocument({ path: 'f.yaml', text }, () => 'no', sink, createYamlBudget());
  const values = root?.kind === 'map' ? [...root.entries.values()].map((entry) => entry.value) : [];
  return { fields: new GeoFields(sink, 'f.yaml', text), sink, values };
}

describe('GeoFields', () => {
  it('reads codes as written, also those that YAML 1.1 takes for something else', () => {
    const { fields, values } = read('a: NO\nb: "NO"\nc: on\nd: 01\ne: [x]\nf: 1.5\ng: DEUX\nh: ~');
    expect(values.map((value) => fields.code(value))).toEqual(['NO', 'NO', 'ON', '01', null, null, null, null]);
  });

  it('finds keys that start two lines, in any quotes, and nothing in nested or commented lines', () => {
    const text = '10.0.0.0/8: {a: 1}\n"x": 1\n# x: 2\n  x: 3\n\'x\': 4\n2001:db8::/32: {}\n2001:db8::/32: {}\n';
    const { sink } = read('');
    new GeoFields(sink, 'f.yaml', text).refuseRepeatedKeys();
    expect(sink.faults().map((fault) => `${fault.line} ${fault.code}`)).toEqual(['5 key-duplicate', '7 key-duplicate']);
  });

  it('reads degrees within their bounds only', () => {
    const { fields, sink, values } = read('a: 90\nb: -90.0\nc: 90.1\nd: x\ne: .inf\nf: "1"');
    expect(values.map((value) => fields.degrees(value, 'latitude', 90))).toEqual([90, -90, null, null, null, null]);
    expect(sink.faults().map((fault) => fault.line)).toEqual([3, 4, 5, 6]);
  });
});
