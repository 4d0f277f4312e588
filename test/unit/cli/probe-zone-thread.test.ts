import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ProbeZonesLook } from '../../../src/cli/probe-zones.ts';
import { startThread } from '../../../src/server/thread-start.ts';

it('answers each wish with a look at the files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meridian-thread-'));
  writeFileSync(join(folder, 'a.example.yaml'), 'www: {type: TXT, value: one; two}\n');
  const entry = new URL('../../../src/cli/probe-zone-thread.ts', import.meta.url);
  const worker = startThread(entry, {
    workerData: { zonesDir: folder, zoneDefaults: { soa: {}, escapedSemicolons: false } },
  });
  try {
    worker.postMessage('look');
    const [look] = (await once(worker, 'message')) as [ProbeZonesLook];
    expect(look).toMatchObject({ zones: 1, faults: [], directories: [folder] });
  } finally {
    await worker.terminate();
    rmSync(folder, { recursive: true });
  }
});
