/** A geo database and a networks file that are cut, emptied, deleted and replaced while clients ask: the last good ones are served. */

import { renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeMmdb } from '../tools/mmdb-writer.ts';
import type { Drill } from './drill.ts';

const ROUNDS = 6;
const CLIENT = '81.2.69.1';

function database(country: string): Uint8Array {
  return writeMmdb({ networks: [{ prefix: '81.2.69.0/24', record: { country: { iso_code: country } } }] });
}

/** MMDB truncated, replaced, deleted while live; networks broken (08-faults). */
export const DAMAGED_GEO: Drill = {
  name: 'damaged-geo',
  node: { geoData: { 'places.mmdb': database('GB'), 'networks.yaml': '192.0.2.0/24: {country: IE}\n' } },
  // Every refusal and every swap is told: 68 in full.
  logLinesMax: 200,
  run: async ({ node, scale }) => {
    const places = join(node.geoFolder, 'places.mmdb');
    const networks = join(node.geoFolder, 'networks.yaml');
    const reload = async () => (await node.change('POST', '/api/v1/reload')).status;
    const expectCountry = async (wanted: string, client: string, after: string) => {
      const url = `${node.adminUrl}/api/v1/explain?name=www.drill.test.&client=${client}`;
      const { clientLocation } = (await (await fetch(url)).json()) as { clientLocation: { country: string } | null };
      if (clientLocation?.country !== wanted) throw new Error(`${client} in ${clientLocation?.country} after ${after}`);
    };
    const damages: readonly (readonly [string, () => void])[] = [
      ['a cut database', () => truncateSync(places, 100)],
      ['an emptied database', () => truncateSync(places, 0)],
      ['a database of noise', () => writeFileSync(places, 'x'.repeat(5_000))],
      ['broken networks', () => writeFileSync(networks, '192.0.2.0/24: {country: [\n')],
    ];
    let refused = 0;
    const rounds = Math.max(1, Math.round(ROUNDS * scale));
    for (let round = 0; round < rounds; round++) {
      const country = round % 2 === 0 ? 'FR' : 'GB';
      const before = round % 2 === 0 ? 'GB' : 'FR';
      for (const [what, damage] of damages) {
        damage();
        if ((await reload()) !== 409) throw new Error(`${what} was not refused`);
        refused++;
        await expectCountry(before, CLIENT, what);
        await expectCountry('IE', '192.0.2.1', what);
      }
      writeFileSync(networks, '192.0.2.0/24: {country: IE}\n');
      writeFileSync(`${places}.new`, database(country));
      renameSync(`${places}.new`, places);
      if ((await reload()) !== 200) throw new Error('a good database was refused');
      await expectCountry(country, CLIENT, 'a new database');
      await sleep(200);
    }
    rmSync(places);
    await sleep(500);
    await expectCountry(rounds % 2 === 0 ? 'GB' : 'FR', CLIENT, 'a deleted database');
    return `${refused} damaged files refused, ${rounds} databases swapped`;
  },
};
