/**
 * A zone file, the regions, the networks and an included file in every state that a disk, an editor or a deployment leaves behind,
 * while clients ask: the last good is served, the fault told with its file, a metric says so, and the other zones notice nothing.
 */

import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Drill, DrillGround } from './drill.ts';
import { untilInForce } from './in-force.ts';

const ROUNDS = 8;
const FILE = 'target.test.yaml';
const DRILL_ZONE = "'': {type: NS, value: ns.drill.test.}\nwww: {type: A, value: 192.0.2.7}\n";
const REGIONS = 'eu-west: {name: Ireland, latitude: 53.35, longitude: -6.26}\n';
const NETWORKS = '192.0.2.0/24: {country: IE}\n';

function zone(last: number): string {
  return `'': {type: NS, value: ns.target.test.}\nwww: {type: A, value: 192.0.2.${last}}\n`;
}

/** How a file is spoilt, each from a sound one. */
const DAMAGES: ReadonlyArray<readonly [string, (path: string, text: string) => void]> = [
  ['broken', (path) => writeFileSync(path, 'www: {type: A, value: [\n')],
  [
    'of noise',
    (path) =>
      writeFileSync(
        path,
        new Uint8Array(3_000).map((_, i) => (i * 73) & 255),
      ),
  ],
  ['emptied', (path) => writeFileSync(path, '')],
  ['cut', (path, text) => writeFileSync(path, text.slice(0, text.length - 6))],
  ['half-written', (path, text) => writeFileSync(path, `${text}more: {type: A, val`)],
  [
    'a folder',
    (path) => {
      rmSync(path);
      mkdirSync(path);
    },
  ],
  [
    'a loop of links',
    (path) => {
      rmSync(path);
      symlinkSync(path, path);
    },
  ],
  [
    'a link to nothing',
    (path) => {
      rmSync(path);
      symlinkSync(`${path}.gone`, path);
    },
  ],
];

/** Zone, regions and networks files broken, empty, cut, unreadable, half-written, swapped by symlink, deleted (08-faults). */
export const DAMAGED_ZONES: Drill = {
  name: 'damaged-zones',
  node: {
    zones: {
      'drill.test.yaml': DRILL_ZONE,
      [FILE]: zone(1),
    },
    geoData: { 'regions.yaml': REGIONS, 'networks.yaml': NETWORKS },
  },
  // Each of the 224 changes is told, with a line for every fault: 1,059 in full.
  logLinesMax: 2_000,
  run: async (ground) => {
    const { node, scale } = ground;
    const path = join(node.zonesFolder, FILE);
    const counts = { refused: 0, mended: 0 };
    let last = 1;
    // Also where an earlier run has left something else.
    replace(path, zone(last));
    replace(join(node.zonesFolder, 'drill.test.yaml'), DRILL_ZONE);
    await reload(ground);
    await untilInForce(node, 'www.target.test.', `192.0.2.${last}`);
    for (let round = 0; round < Math.max(1, Math.round(ROUNDS * scale)); round++) {
      for (const [what, damage] of DAMAGES) {
        damage(path, zone(last));
        await expectRefusal(ground, FILE, what);
        await expectServed(ground, last, what);
        await expectMetric(ground, what);
        counts.refused++;
        last = (last % 250) + 1;
        replace(path, zone(last));
        if ((await reload(ground)).status !== 200) throw new Error(`a mended file was refused after one ${what}`);
        await untilInForce(node, 'www.target.test.', `192.0.2.${last}`);
        counts.mended++;
      }
      for (const [file, text] of [
        ['regions.yaml', REGIONS],
        ['networks.yaml', NETWORKS],
      ] as const) {
        for (const [what, damage] of DAMAGES) {
          if (what === 'emptied' || what === 'cut') continue;
          damage(join(node.geoFolder, file), text);
          await expectRefusal(ground, file, what);
          await expectServed(ground, last, `${file} ${what}`);
          counts.refused++;
          replace(join(node.geoFolder, file), text);
          if ((await reload(ground)).status !== 200) throw new Error(`a mended ${file} was refused after one ${what}`);
        }
      }
    }
    const swaps = await swapLinks(ground, path, last);
    rmSync(path);
    await expectServed(ground, swaps.last, 'deleted');
    return `${counts.refused} damaged files refused and named, ${counts.mended} mended, ${swaps.count} swaps of a symlink in force, a deleted zone served on`;
  },
};

/** A ConfigMap's way: the file is a link into a folder that is itself a link, which is replaced. */
async function swapLinks(
  { node, scale }: DrillGround,
  path: string,
  from: number,
): Promise<{ count: number; last: number }> {
  const data = join(node.zonesFolder, '..data');
  const count = Math.max(3, Math.round(20 * scale));
  let last = from;
  for (let i = 0; i < count; i++) {
    last = (last % 250) + 1;
    const version = mkdtempSync(join(node.zonesFolder, '..version-'));
    writeFileSync(join(version, FILE), zone(last));
    symlinkSync(version, `${data}.new`);
    renameSync(`${data}.new`, data);
    if (i === 0) {
      symlinkSync(join(data, FILE), `${path}.new`);
      renameSync(`${path}.new`, path);
    }
    // Nobody says to reload: the watch sees it.
    await untilInForce(node, 'www.target.test.', `192.0.2.${last}`);
  }
  return { count, last };
}

async function expectRefusal(ground: DrillGround, file: string, what: string): Promise<void> {
  const { status, body } = await reload(ground);
  if (status !== 409) throw new Error(`${file}, ${what}, was answered with ${status}`);
  if (!body.includes(file)) throw new Error(`${file}, ${what}, is not named: ${body}`);
}

/** The zone as it last was good, and the other one; whichever worker is asked, for each takes a reload in its own time. */
async function expectServed({ node }: DrillGround, last: number, after: string): Promise<void> {
  try {
    await untilInForce(node, 'www.target.test.', `192.0.2.${last}`);
    await untilInForce(node, 'www.drill.test.', '192.0.2.7');
  } catch (error) {
    throw new Error(`after ${after}: ${(error as Error).message}`);
  }
}

async function expectMetric({ node }: DrillGround, what: string): Promise<void> {
  const text = await (await fetch(`${node.adminUrl}/metrics`)).text();
  if (!/^meridian_zones\{state="last-good"\} 1$/m.test(text)) throw new Error(`no metric tells of a file ${what}`);
}

async function reload({ node }: DrillGround): Promise<{ status: number; body: string }> {
  const response = await node.change('POST', '/api/v1/reload');
  return { status: response.status, body: await response.text() };
}

function replace(path: string, text: string): void {
  rmSync(path, { recursive: true, force: true });
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
