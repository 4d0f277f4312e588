import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BuildClient } from '../../../src/server/build-client.ts';
import { ZONE_DEFAULTS } from '../../../src/server/zone-load.ts';

describe('the builder thread', () => {
  let root: string;
  let client: BuildClient;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'meridian-thread-'));
    client = new BuildClient(
      { zonesDir: root, zoneDefaults: ZONE_DEFAULTS, geoDataDir: join(root, 'geo'), stateDir: null },
      () => undefined,
    );
  });
  afterEach(async () => {
    await client.restart();
    rmSync(root, { recursive: true, force: true });
  });
  const present = async () => (await client.scan(false, () => undefined)).present;

  it('does not take a file that others include for a zone of its own, unless its name has a dot', async () => {
    writeFileSync(join(root, 'shared.yaml'), '{type: A, value: 127.0.0.1}\n');
    writeFileSync(join(root, 'b.test.yaml'), 'www: {type: A, value: 127.0.0.1}\n');
    writeFileSync(join(root, 'a.test.yaml'), 'www: !include shared.yaml\n<<: !include b.test.yaml\n');
    expect(await present()).toEqual(['a.test.', 'b.test.']);
  });

  it('names every directory that zones are made from', async () => {
    const { directories } = await client.scan(false, () => undefined);
    expect(directories).toEqual([root]);
  });

  it('says when it could not see, so that nothing is taken for gone', async () => {
    rmSync(root, { recursive: true });
    const result = await client.scan(true, () => undefined);
    expect(result).toMatchObject({ isComplete: false, faults: [{ code: 'zones-directory-unreadable' }] });
  });
});
