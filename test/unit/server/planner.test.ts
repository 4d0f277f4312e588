import { afterAll, expect, it } from 'vitest';
import { PLANS_WAITING_MAX } from '../../../src/base/limits.ts';
import { PlanError } from '../../../src/decision/planned-change.ts';
import { NO_LATENCY_FACTS } from '../../../src/geo/pool-costs.ts';
import { Planner, PlannerBusyError } from '../../../src/server/planner.ts';
import { ZONE_DEFAULTS } from '../../../src/server/zone-load.ts';
import { capacityFolder, capacityZone } from '../../tools/capacity-zone.ts';

const files = capacityFolder(capacityZone(1200));
const setup = { zonesDir: files.zones, geoDataDir: files.geoData, stateDir: null, zoneDefaults: ZONE_DEFAULTS };
const planner = new Planner(setup, () => ({ words: new Map(), facts: NO_LATENCY_FACTS }));
afterAll(async () => {
  await planner.stop();
  files.remove();
});

const change = { down: ['eu-west'], edits: { weights: [], biases: [] }, name: null, load: null };
const ask = (down = change.down) => planner.ask({ kind: 'what-if', change: { ...change, down } });

it('answers in a thread of its own, one after the other, and refuses when too many wait', async () => {
  const asked = Array.from({ length: PLANS_WAITING_MAX + 3 }, () => ask().catch((error: unknown) => error));
  const answers = await Promise.all(asked);
  const refused = answers.filter((answer) => answer instanceof PlannerBusyError);
  expect(refused).toHaveLength(2);
  for (const answer of answers.filter((each) => !refused.includes(each as never)))
    expect(answer).toMatchObject({ ok: false });
});

it('says what cannot be asked, and goes on', async () => {
  await expect(ask(['mars'])).rejects.toThrow(PlanError);
  expect(await ask()).toMatchObject({ health: 'node' });
});

it('rejects what is under way when it is stopped, and can be asked again', async () => {
  const late = ask();
  const rejected = expect(late).rejects.toThrow(PlannerBusyError);
  await planner.stop();
  await rejected;
  expect(await ask()).toMatchObject({ ok: false });
});
