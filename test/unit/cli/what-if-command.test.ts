import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Settings } from '../../../src/cli/settings.ts';
import { runWhatIf } from '../../../src/cli/what-if-command.ts';
import type { WhatIfView } from '../../../src/cli/what-if-view.ts';
import { capacityFolder, capacityZone } from '../../tools/capacity-zone.ts';

let files: ReturnType<typeof capacityFolder>;
beforeEach(() => {
  files = capacityFolder(capacityZone(1200));
});
afterEach(() => {
  vi.restoreAllMocks();
  files.remove();
});

async function whatIf(settings: Settings): Promise<{ code: number; view: WhatIfView }> {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    text += String(part);
    return true;
  });
  const code = await runWhatIf({ zones: files.zones, 'geo-data': files.geoData, json: true, ...settings });
  vi.restoreAllMocks();
  return { code, view: JSON.parse(text) as WhatIfView };
}

const refused = (settings: Settings) => expect(whatIf(settings)).rejects;

describe('whatif', () => {
  it('fails where the loss of a region takes another past its max, and says by how much', async () => {
    const { code, view } = await whatIf({ down: ['eu-west'] });
    expect(code).toBe(1);
    expect(view).toMatchObject({ ok: false, movedShare: 0.5, health: 'files', demand: { source: 'ipv4-addresses' } });
    expect(view.over).toEqual([
      {
        zone: 'a.example.',
        name: 'www.a.example.',
        type: 'A',
        pool: 'us',
        region: 'us-east',
        load: 1600,
        loadBefore: 800,
        max: 1200,
        unit: 'conn',
        overBy: 400,
      },
    ]);
  });

  it('is fine when nothing passes its max', async () => {
    expect(await whatIf({})).toMatchObject({ code: 0, view: { ok: true, movedShare: 0 } });
    const { code, view } = await whatIf({ set: ['eu.weight=30', 'us-east.weight=70'] });
    expect(code).toBe(0);
    expect(view.movedShare).toBeCloseTo(0.2, 9);
    expect(view.regions).toEqual([
      { region: 'eu-west', before: 0.5, after: 0.3 },
      { region: 'us-east', before: 0.5, after: 0.7 },
    ]);
    expect((await whatIf({ down: ['eu-west'], load: 1000 })).code).toBe(0);
  });

  it('counts clients by a demand file, and says what of it the geo data does not have', async () => {
    const demand = files.write('demand.csv', 'place,queries\nNA-US,3\nAN-BV,1\n');
    const { view } = await whatIf({ demand });
    expect(view.demand).toMatchObject({ source: 'file', file: demand, total: 4 });
    expect(view.demand.notFound).toBeLessThanOrEqual(0.25);
  });

  it('notes edits that change nothing', async () => {
    const { view } = await whatIf({ bias: ['eu=20'] });
    expect(view.notes.join()).toMatch(/bias of eu changes nothing/);
  });

  it('says that it knows latency by distance alone', async () => {
    files.write('zones/a.example.yaml', capacityZone(1200).replace('method: weighted', 'method: latency'));
    expect((await whatIf({})).view.notes.join()).toMatch(/latency are ordered by distance/);
  });

  it('takes what only an operator could drain as drained, and says so', async () => {
    files.write('zones/a.example.yaml', capacityZone(1200).replace('192.0.2.2}', '192.0.2.2, status: up}'));
    const { code, view } = await whatIf({ down: ['eu-west'] });
    expect(code).toBe(1);
    expect(view.notes.join()).toMatch(/1 endpoint there has "status: up"/);
  });

  it('leaves broken zones out and says so', async () => {
    files.write('zones/b.example.yaml', 'www: {type: A}\n');
    expect((await whatIf({})).view.notes.join()).toMatch(/b\.example\. has faults/);
  });

  it('refuses what cannot be asked', async () => {
    await refused({ down: ['mars'] }).toThrow(/no pool stands for that region; pools stand for eu-west, us-east/);
    await refused({ set: ['mars.weight=1'] }).toThrow(/neither a pool nor a region/);
    await refused({ set: ['eu=1'] }).toThrow(/POOL\.weight=N/);
    await refused({ set: ['eu.weight=1000001'] }).toThrow(/POOL\.weight=N/);
    await refused({ bias: ['eu=100'] }).toThrow(/POOL=N/);
    await refused({ name: 'nobody.example' }).toThrow(/no steered record/);
    await refused({ demand: files.write('d.csv', 'place,queries\nEU,x\n') }).toThrow(/d\.csv:2:1: error/);
    await refused({ demand: 'nowhere.csv' }).toThrow(/cannot read nowhere\.csv/);
  });
});
