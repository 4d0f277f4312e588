import { expect, it } from 'vitest';
import { NO_LATENCY_FACTS } from '../../../src/geo/pool-costs.ts';
import { startThread, threadProgram } from '../../../src/server/thread-start.ts';
import { ZONE_DEFAULTS } from '../../../src/server/zone-load.ts';

it('answers every question, also over files that are not there', async () => {
  const workerData = { zonesDir: '/nowhere', geoDataDir: '/nowhere', stateDir: null, zoneDefaults: ZONE_DEFAULTS };
  const worker = startThread(threadProgram('planner-thread'), { workerData });
  const change = { down: [], edits: { weights: [], biases: [] }, name: null, load: null };
  const answer = await new Promise((resolve) => {
    worker.once('message', resolve);
    worker.postMessage({ question: { kind: 'what-if', change }, state: { words: new Map(), facts: NO_LATENCY_FACTS } });
  });
  expect(answer).toMatchObject({ kind: 'refused', message: expect.stringContaining('no zone has a steered record') });
  await worker.terminate();
});
