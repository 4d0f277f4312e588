import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_LATENCY_FACTS } from '../../../src/geo/pool-costs.ts';
import { BuildClient } from '../../../src/server/build-client.ts';
import type { ZoneNews } from '../../../src/server/builder-messages.ts';
import { ZONE_DEFAULTS } from '../../../src/server/zone-load.ts';

describe('BuildClient', () => {
  let root: string;
  let client: BuildClient;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'meridian-client-'));
    mkdirSync(join(root, 'zones'));
    writeFileSync(join(root, 'zones/a.test.yaml'), 'www: {type: A, value: 127.0.0.1}\n');
    const setup = {
      zonesDir: join(root, 'zones'),
      zoneDefaults: ZONE_DEFAULTS,
      geoDataDir: join(root, 'geo'),
      stateDir: null,
    };
    client = new BuildClient(setup, () => undefined);
  });
  afterEach(async () => {
    await client.restart();
    rmSync(root, { recursive: true, force: true });
  });
  const scan = async () => {
    const news: ZoneNews[] = [];
    const result = await client.scan(false, (zones) => news.push(...zones));
    return { news, result };
  };

  it('gets the news of a zone before the end of the scan, and each once', async () => {
    const first = await scan();
    expect(first.news.map((news) => [news.zone, news.built !== null])).toEqual([['a.test.', true]]);
    expect(first.result).toMatchObject({ present: ['a.test.'], isComplete: true, faults: [] });
    expect(client.generation).toBe(1);
  });

  it('rejects what was asked when the thread ends, and asks the next one', async () => {
    const lost = scan();
    const restarted = client.restart();
    await expect(lost).rejects.toThrow('builder thread');
    await restarted;
    expect((await scan()).news).toHaveLength(1);
    expect(client.generation).toBe(2);
  });

  it('passes on a bug in the thread as an error, and the thread goes on', async () => {
    // Groups before the first look at locations are a mistake of the caller.
    await expect(client.groups([[0, { targets: [], otherwise: 0 }]], [], NO_LATENCY_FACTS)).rejects.toThrow(
      'first look at locations',
    );
    expect((await scan()).news).toHaveLength(1);
    expect(client.generation).toBe(1);
  });

  it('takes one question at a time', async () => {
    const first = scan();
    await expect(scan()).rejects.toThrow('one question');
    await first;
  });
});
