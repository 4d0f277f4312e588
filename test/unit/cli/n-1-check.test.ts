import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkLosses, tellLosses } from '../../../src/cli/n-1-check.ts';
import { NO_LATENCY_FACTS } from '../../../src/geo/pool-costs.ts';
import { checkZonesDirectory } from '../../../src/server/zone-directory.ts';
import { ZONE_DEFAULTS } from '../../../src/server/zone-load.ts';
import { capacityFolder, capacityZone } from '../../tools/capacity-zone.ts';
import { modelZone } from '../../tools/model-zone.ts';

let files: ReturnType<typeof capacityFolder>;
beforeEach(() => {
  files = capacityFolder(capacityZone(1200));
});
afterEach(() => files.remove());

function losses(load: number | null = null) {
  const models = checkZonesDirectory(files.zones, ZONE_DEFAULTS).zones.flatMap(({ model }) => model ?? []);
  return (
    checkLosses({ models, geoDataDir: files.geoData, demand: null, load, facts: NO_LATENCY_FACTS }) ??
    expect.fail('nothing to check')
  );
}

describe('the loss of each region', () => {
  it('is a fault of the record whose pool would pass its max', () => {
    const { report, faults } = losses();
    expect(report.ok).toBe(false);
    expect(report.losses.map(({ region, over }) => [region, over.map(({ pool }) => pool)])).toEqual([
      ['eu-west', ['us']],
      ['us-east', ['eu']],
    ]);
    const [first, second] = faults.get('a.example.') ?? [];
    expect(first).toMatchObject({ severity: 'error', code: 'n-1-over-capacity', record: 'www', type: 'A' });
    expect(first!.file).toMatch(/a\.example\.yaml$/);
    expect(first!.line).toBeGreaterThan(1);
    expect(first!.message).toBe(
      'without region eu-west, us (us-east) of www.a.example. A would have 1600 conn, 400 (33.3 %) over its max of 1200',
    );
    expect(second!.message).toMatch(/^without region us-east, eu /);
    expect(tellLosses(report)).toMatch(/the loss of eu-west, us-east would take others past their max/);
  });

  it('passes where there is room', () => {
    expect(losses(1200).report.ok).toBe(true);
    files.write('zones/a.example.yaml', capacityZone(1600));
    const { report, faults } = losses();
    expect([report.ok, faults.size]).toEqual([true, 0]);
    expect(tellLosses(report)).toMatch(/any one of eu-west, us-east takes no other past its max/);
  });

  it('says what it cannot see', () => {
    files.write('zones/a.example.yaml', capacityZone(1200).replaceAll(/, capacity: \{[^}]*\}/g, ''));
    expect(losses().report.notes.join()).toMatch(/1 of 1 steered records state no capacity/);
    files.write('zones/a.example.yaml', capacityZone(1200).replaceAll(/region: [a-z-]+, /g, ''));
    expect(losses().report.notes.join()).toMatch(/no pool states a region/);
    expect(
      checkLosses({
        models: [modelZone('example.', [])],
        geoDataDir: files.geoData,
        demand: null,
        load: null,
        facts: NO_LATENCY_FACTS,
      }),
    ).toBeNull();
  });
});
