import { expect, it } from 'vitest';
import { mapShape, shiftRefusedShape } from '../../../src/admin/plan-schema.ts';

it('holds a map with unknown places and the own values of records', () => {
  const countries = [{ country: null, clients: 1, client: null, pools: [{ pool: null, region: null, share: 1 }] }];
  const map = { source: 'ipv4-addresses', geo: 'x', records: [{ zone: 'a.', name: 'w.a.', type: 'A', countries }] };
  expect(mapShape.safeParse(map).error).toBeUndefined();
  expect(mapShape.safeParse({ ...map, records: [{ ...map.records[0], countries: [{ country: 'DE' }] }] }).success).toBe(
    false,
  );
});

it('says of a refused shift what it would take over', () => {
  expect(shiftRefusedShape.safeParse({ error: 'over' }).success).toBe(false);
});
