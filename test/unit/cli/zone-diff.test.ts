import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { diffModels } from '../../../src/cli/zone-diff.ts';
import { modelZone } from '../../tools/model-zone.ts';

const empty = mkdtempSync(join(tmpdir(), 'meridian-diff-'));
const broken = mkdtempSync(join(tmpdir(), 'meridian-diff-'));
writeFileSync(join(broken, 'regions.yaml'), 'x: [');
afterAll(() => [empty, broken].map((path) => rmSync(path, { recursive: true })));

const zone = (values: readonly string[], origin = 'example.') =>
  modelZone(origin, [], [{ name: 'www', pools: { all: { values } }, rules: [{ pool: 'all' }] }]);
const request = { geoDataDir: empty, demand: null };

it('reckons half the sum of what the shares of answers differ by', () => {
  const { same, zones, demand } = diffModels(
    [zone(['192.0.2.1 3', '192.0.2.2 1'])],
    [zone(['192.0.2.1 1', '192.0.2.2 1'])],
    request,
  );
  expect(same).toBe(false);
  expect(demand?.source).toBe('ipv4-addresses');
  expect(zones).toMatchObject([
    {
      zone: 'example.',
      state: 'changed',
      changed: ['www.example. A'],
      weights: ['www.example. A all 192.0.2.1: 3 -> 1'],
      shifts: [{ name: 'www.example.', movedShare: 0.25, pools: [{ pool: 'all', before: 1, after: 1 }] }],
    },
  ]);
});

it('tells zones that came and went, and finds nothing in what is the same', () => {
  const [a, b] = [zone(['192.0.2.1']), zone(['192.0.2.1'], 'example.org.')];
  expect(diffModels([a], [b], request).zones).toMatchObject([
    { zone: 'example.', state: 'removed', removed: ['www.example. A'] },
    { zone: 'example.org.', state: 'added', added: ['www.example.org. A'] },
  ]);
  expect(diffModels([a, b], [b, a], request)).toMatchObject({ same: true, demand: null });
});

it('says that nobody can be counted where the geo data is broken', () => {
  const { zones, notes } = diffModels([zone(['192.0.2.1'])], [zone(['192.0.2.2'])], {
    ...request,
    geoDataDir: broken,
  });
  expect(zones[0]!.shifts).toBeNull();
  expect(notes.join()).toContain('regions.yaml');
});
