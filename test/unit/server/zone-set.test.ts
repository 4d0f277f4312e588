import { expect, it } from 'vitest';
import { ZoneSet } from '../../../src/server/zone-set.ts';
import { builtZone } from '../../tools/built-zone.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';

it('holds zones by name, tells what is served, and hands an ordinal on only when it is given up', () => {
  const zones = new ZoneSet();
  const [b, a] = [zones.hold('b.test.'), zones.hold('a.test.')];
  expect(zones.hold('b.test.')).toBe(b);
  expect(zones.counts()).toEqual({ serving: 0, refused: 2 });
  const spec = endpointSpec('192.0.2.1');
  b.ordinal = zones.takeOrdinal();
  b.accept('h', builtZone(), [spec], Int32Array.of(4), 1);
  a.ordinal = zones.takeOrdinal();
  a.accept('h', builtZone(), [], Int32Array.of(4, 5), 1);
  expect(zones.counts()).toEqual({ serving: 2, refused: 0 });
  expect(zones.placed()).toEqual([
    [0, b.image],
    [1, a.image],
  ]);
  expect(zones.statuses().map(({ zone }) => zone)).toEqual(['a.test.', 'b.test.']);
  expect(zones.groupsInUse()).toEqual(new Set([4, 5]));
  expect(zones.endpointKeys()).toEqual(new Set([spec.key]));
  zones.drop(b);
  expect([...zones]).toEqual([a]);
  expect(zones.takeOrdinal()).toBe(2);
  zones.freeOrdinals([0]);
  expect(zones.takeOrdinal()).toBe(0);
});
