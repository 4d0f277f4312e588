/** `whatif` and `check --n-1` as a pipeline runs them: real processes, exit codes, JSON on stdout and nothing else. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capacityFolder, capacityZone } from '../tools/capacity-zone.ts';
import { runMeridian } from '../tools/meridian-process.ts';

let tight: ReturnType<typeof capacityFolder>;
let roomy: ReturnType<typeof capacityFolder>;
beforeAll(() => {
  tight = capacityFolder(capacityZone(1200));
  roomy = capacityFolder(capacityZone(1600));
});
afterAll(() => {
  tight.remove();
  roomy.remove();
});

const run = (files: typeof tight, ...args: string[]) => runMeridian(args, { folder: files.folder, withinMs: 30_000 });

describe('a gate on weight edits', () => {
  it('closes with 1 where the loss of a region is too much for another', async () => {
    const check = await run(tight, 'check', '--n-1', '--json');
    expect(check.code).toBe(1);
    const { files, nMinusOne } = JSON.parse(check.stdout);
    const zone = files.find((file: { zone: string | null }) => file.zone === 'a.example.');
    expect(zone.ok).toBe(false);
    expect(zone.faults.map(({ code }: { code: string }) => code)).toEqual(['n-1-over-capacity', 'n-1-over-capacity']);
    expect(nMinusOne.losses.map(({ region }: { region: string }) => region)).toEqual(['eu-west', 'us-east']);
    expect(nMinusOne.losses[0].over).toMatchObject([{ pool: 'us', load: 1600, max: 1200, overBy: 400 }]);
    const told = await run(tight, 'check', '--n-1', 'zones/a.example.yaml');
    expect(told.code).toBe(1);
    expect(told.stdout).toMatch(
      /a\.example\.yaml:\d+:\d+: error: www A: without region eu-west, us \(us-east\) .* over its max/,
    );
    const whatIf = await run(tight, 'whatif', '--down', 'eu-west');
    expect([whatIf.code, whatIf.stderr]).toEqual([1, '']);
    expect(whatIf.stdout).toMatch(
      /OVER: us \(us-east\) of www\.a\.example\. A would have 1600 conn, 400 \(33\.3 %\) over/,
    );
  });

  it('stays open with 0 where there is room, or nothing is lost', async () => {
    expect((await run(roomy, 'check', '--n-1')).code).toBe(0);
    expect((await run(roomy, 'whatif', '--down', 'us-east', '--json')).code).toBe(0);
    expect((await run(tight, 'whatif', '--set', 'eu-west.weight=60', '--set', 'us.weight=40')).code).toBe(0);
    expect((await run(tight, 'check')).code).toBe(0);
    expect((await run(tight, 'check', '--n-1', '--load', '1000')).code).toBe(0);
  });

  it('says wrong usage with 2', async () => {
    for (const args of [
      ['whatif', '--down', 'mars'],
      ['whatif', '--set', 'eu'],
      ['whatif', '--demand', 'nowhere.csv'],
      ['whatif', '--load', '-1'],
      ['check', '--n-1', '--demand', 'zones/a.example.yaml'],
    ]) {
      const result = await run(tight, ...args);
      expect([args, result.code]).toEqual([args, 2]);
      expect(result.stderr).toMatch(/^meridian: /);
    }
  });
});
