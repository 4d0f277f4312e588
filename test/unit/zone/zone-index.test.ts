import { describe, expect, it } from 'vitest';
import { ScannedName } from '../../../src/wire/scanned-name.ts';
import { compileZone } from '../../../src/zone/zone-compile.ts';
import { buildZoneIndex, openZoneIndex } from '../../../src/zone/zone-index.ts';
import { openZoneTable } from '../../../src/zone/zone-table.ts';
import { modelZone, wireName } from '../../tools/model-zone.ts';

const zoneOf = (origin: string) => openZoneTable(compileZone(modelZone(origin, [])).image);

function find(index: ReturnType<typeof openZoneIndex>, text: string, from = 0): number {
  const name = new ScannedName();
  const wire = wireName(text);
  name.scan(wire, 0, wire.length);
  return index.find(name, from);
}

describe('ZoneIndex', () => {
  it('finds the zone with the longest apex, in any case', () => {
    const index = openZoneIndex(
      buildZoneIndex([zoneOf('example.'), null, zoneOf('sub.example.'), zoneOf('a.b.c.test.')]),
    );
    expect(find(index, 'www.Example.')).toBe(0);
    expect(find(index, 'example.')).toBe(0);
    expect(find(index, 'x.y.SUB.example.')).toBe(2);
    expect(find(index, 'sub.example.', 1)).toBe(0);
    expect(find(index, 'a.b.c.test.')).toBe(3);
    expect([
      find(index, 'b.c.test.'),
      find(index, 'example.net.'),
      find(index, '.'),
      find(index, 'badexample.'),
    ]).toEqual([-1, -1, -1, -1]);
  });

  it('with a root zone has an answer for everything', () => {
    const index = openZoneIndex(buildZoneIndex([zoneOf('.')]));
    expect([find(index, '.'), find(index, 'a.b.c.')]).toEqual([0, 0]);
  });

  it('with no zone has none', () => {
    expect(find(openZoneIndex(buildZoneIndex([])), 'a.')).toBe(-1);
  });

  it('holds thousands', () => {
    const index = openZoneIndex(buildZoneIndex(Array.from({ length: 2000 }, (_, i) => zoneOf(`z${i}.test.`))));
    for (let i = 0; i < 2000; i++) expect(find(index, `www.z${i}.test.`)).toBe(i);
  });
});
