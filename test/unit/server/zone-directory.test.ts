import { afterAll, expect, it } from 'vitest';
import { checkZonesDirectory } from '../../../src/server/zone-directory.ts';
import { ZONE_DEFAULTS } from '../../../src/server/zone-load.ts';
import { capacityFolder, capacityZone } from '../../tools/capacity-zone.ts';

const files = capacityFolder(capacityZone(1200));
afterAll(() => files.remove());

it('reads every zone, and gives no model of one with errors', () => {
  const { zones } = checkZonesDirectory(files.zones, ZONE_DEFAULTS);
  expect(zones.map(({ source, model }) => [source.zone, model !== null])).toEqual([['a.example.', true]]);
  files.write('zones/b.example.yaml', 'www: {type: A, value: nonsense}\n');
  const broken = checkZonesDirectory(files.zones, ZONE_DEFAULTS).zones.find(
    ({ source }) => source.zone === 'b.example.',
  );
  expect(broken?.model).toBeNull();
  expect(broken?.faults[0]).toMatchObject({ severity: 'error', line: 1 });
});

it('tells of a directory that is not there, and does not throw', () => {
  expect(checkZonesDirectory(`${files.folder}/nowhere`, ZONE_DEFAULTS)).toMatchObject({ zones: [] });
});
