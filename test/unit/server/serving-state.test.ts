import { describe, expect, it } from 'vitest';
import { createHealthTable } from '../../../src/health/health-table.ts';
import { ServingState, splitDelta, type TableDelta } from '../../../src/server/serving-state.ts';
import { nameFromText } from '../../../src/wire/name.ts';
import { ScannedName } from '../../../src/wire/scanned-name.ts';
import { compileZone } from '../../../src/zone/zone-compile.ts';
import { buildZoneIndex } from '../../../src/zone/zone-index.ts';
import { type ZoneModel, ZoneRecords } from '../../../src/zone/zone-model.ts';
import { openZoneTable } from '../../../src/zone/zone-table.ts';

const NOTHING: TableDelta = { locations: null, classTables: [], zones: [], index: null };

function zoneImage(originText: string): SharedArrayBuffer {
  const origin = nameFromText(originText) as Uint8Array;
  const soa = { mname: origin, rname: origin, serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 1, ttl: 1 };
  const model: ZoneModel = {
    origin,
    originText,
    soa,
    records: new ZoneRecords(),
    dynamics: [],
    aliases: [],
    follows: [],
  };
  return compileZone(model).image;
}

function find(state: ServingState, text: string): number {
  const wire = nameFromText(text) as Uint8Array;
  const name = new ScannedName();
  name.scan(wire, 0, wire.length);
  return state.index.find(name, 0);
}

describe('ServingState', () => {
  it('puts zones where the delta says, and finds them by the index', () => {
    const state = new ServingState(createHealthTable(16));
    const [a, b] = [zoneImage('a.test.'), zoneImage('b.test.')];
    const index = buildZoneIndex([openZoneTable(a), null, openZoneTable(b)]);
    state.apply({
      ...NOTHING,
      zones: [
        [2, b],
        [0, a],
      ],
      index,
    });
    expect(state.zones.map((zone) => zone !== null)).toEqual([true, false, true]);
    expect(find(state, 'www.b.test.')).toBe(2);
    expect(find(state, 'c.test.')).toBe(-1);
    state.apply({ ...NOTHING, zones: [[2, null]], index: buildZoneIndex([openZoneTable(a)]) });
    expect(find(state, 'www.b.test.')).toBe(-1);
    expect(state.zones[2]).toBeNull();
  });
});

describe('splitDelta', () => {
  it('takes small steps, the index after what it points to, removals last', () => {
    const image = zoneImage('a.test.');
    const index = buildZoneIndex([]);
    const zones = [[300, null], ...Array.from({ length: 300 }, (_, i) => [i, image] as const)] as TableDelta['zones'];
    const steps = [...splitDelta({ locations: null, classTables: [[4, null]], zones, index })];
    expect(steps.map((step) => step.zones.length)).toEqual([128, 128, 44, 1]);
    expect(steps.slice(0, -1).every((step) => step.index === null && step.classTables.length === 0)).toBe(true);
    expect(steps.at(-1)).toMatchObject({ index, zones: [[300, null]], classTables: [[4, null]] });
  });

  it('has no step for nothing', () => {
    expect([...splitDelta(NOTHING)]).toEqual([]);
  });
});
