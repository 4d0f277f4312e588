/** MMDB files: those of the vectors and some of our own making, damaged. Input: the file. */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GeoSourceError } from '../../src/geo/geo-source.ts';
import { compileLocationTable, lookupLocation, openLocationTable } from '../../src/geo/location-table.ts';
import { readMmdb } from '../../src/geo/mmdb-source.ts';
import { writeMmdb } from '../tools/mmdb-writer.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { chance, mutateOctets, pick } from './mutate-octets.ts';

const VECTORS = join(process.env.MERIDIAN_VECTORS ?? '../shared/vectors', 'mmdb/*.mmdb');
/** Larger ones take the time of many small ones. */
const FILE_BYTES_MAX = 24_000;
const ADDRESSES = [0x00000000, 0x01020304, 0x5102450a, 0xc0000201, 0xffffffff];

const CITY = {
  country: { iso_code: 'GB' },
  location: { latitude: 51.5, longitude: -0.1 },
  subdivisions: [{ iso_code: 'ENG' }],
};
const OWN = ([24, 28, 32] as const).flatMap((recordBits) =>
  ([4, 6] as const).map((ipVersion) =>
    writeMmdb({
      recordBits,
      ipVersion,
      aliases: ipVersion === 6,
      networks: [
        { prefix: '81.2.69.0/24', record: CITY },
        { prefix: '192.0.0.0/8', record: { country: { iso_code: 'DE' }, continent: { code: 'EU' } } },
        ...(ipVersion === 6 ? [{ prefix: '2001:db8::/32', record: { country: { iso_code: 'FR' } } }] : []),
      ],
    }),
  ),
);

/** The MMDB reader and the location table behind it. */
export const MMDB_TARGET: FuzzTarget = {
  name: 'mmdb',
  open: () => {
    const shared = globSync(VECTORS)
      .sort()
      .map((path) => Uint8Array.from(readFileSync(path)));
    const files = [...OWN, ...shared.filter(({ length }) => length <= FILE_BYTES_MAX)];
    return {
      generate: (random) => {
        const file = pick(random, files);
        if (!chance(random, 2)) return mutateOctets(random, file, 6, files);
        // The metadata decides about everything else, and is but a few octets at the end.
        const at = Math.max(0, file.length - 220);
        return Uint8Array.from([...file.subarray(0, at), ...mutateOctets(random, file.subarray(at), 4, files)]);
      },
      check: (input) => {
        const source = readMmdb(input, 'fuzz.mmdb');
        if (source instanceof GeoSourceError)
          return source.message.length < 400 ? null : `a fault of ${source.message.length} characters`;
        try {
          return judgeTable(compileLocationTable({ overrides: [], databases: [source] }));
        } catch (error) {
          if (error instanceof GeoSourceError && error.code === 'too-many-places') return null;
          throw error;
        }
      },
    };
  },
};

function judgeTable(image: SharedArrayBuffer): string | null {
  const table = openLocationTable(image);
  for (const word of ADDRESSES) {
    for (const family of [4, 6] as const) {
      const classId = lookupLocation(table, family, Uint32Array.of(word, word, 0, word));
      if (!Number.isInteger(classId) || classId < 0) return `class ${classId}`;
    }
  }
  return null;
}
