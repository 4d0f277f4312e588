/** The other files of an operator: configuration, regions, networks, demand. Input: which of them, then the text. */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../../src/base/fault.ts';
import { parseConfig } from '../../src/cli/config-text.ts';
import { parseDemandFile } from '../../src/geo/demand-file.ts';
import { readNetworks, readRegions } from '../../src/geo/geo-files.ts';
import { joinBytes } from '../tools/packet-case.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { mutateText, textOf } from './mutate-text.ts';
import { countLines, judgeFaults } from './zone-oracle.ts';

type Form = { readonly sample: string; readonly faultsOf: (path: string, text: string) => readonly Fault[] };

const CONFIG = join(import.meta.dirname, '../../deploy/meridian.yaml');
const REGIONS = `eu-west: {name: Ireland, latitude: 53.3, longitude: -6.2, country: IE}
us-east:
  latitude: 39
  longitude: -77.5
  country: US
  province: VA
`;
const NETWORKS = `192.0.2.0/24: {country: IE}
"2001:db8::/32": {region: eu-west}
10.0.0.0/8: &home {country: US, province: CA, latitude: 37, longitude: -122}
10.1.0.0/16: *home
198.51.100.7: {region: us-east, country: US}
`;
const DEMAND = 'place,queries\nEU-IE,100\nNA-US-CA,2.5e3\nunknown,7\n';
const REGION_LIST = readRegions('regions.yaml', REGIONS).regions;

/** By the first octet of an input. */
const FORMS: readonly Form[] = [
  {
    sample: globSync(CONFIG)
      .map((path) => readFileSync(path, 'utf8'))
      .join('')
      .replaceAll(/^# ?(?=\w+:)/gm, ''),
    faultsOf: (path, text) => parseConfig(text, path).faults,
  },
  { sample: REGIONS, faultsOf: (path, text) => readRegions(path, text).faults },
  { sample: NETWORKS, faultsOf: (path, text) => readNetworks(path, text, REGION_LIST).faults },
  { sample: DEMAND, faultsOf: (path, text) => parseDemandFile(path, text).faults },
];
const WORDS = [
  ...[
    '0',
    '-0',
    '-1',
    '91',
    '181',
    '1e999',
    '.nan',
    '.inf',
    'true',
    '~',
    '""',
    "'",
    '{',
    '}',
    '[',
    ']',
    '- ',
    '? ',
    '|',
    '>',
  ],
  ...[
    '&a ',
    '*a',
    '*home',
    '<<: *home',
    '!!binary ',
    '!include x',
    '---',
    '...',
    '#',
    '\t',
    '\0',
    'ü',
    '\ufeff',
    ',',
    '\r',
  ],
  ...[
    '::/0',
    '0.0.0.0/0',
    '10.0.0.0/33',
    '::ffff:1.2.3.4/120',
    '1.2.3',
    'country: ',
    'region: ',
    'latitude: ',
    'XX',
    'EU-',
  ],
  ...[
    '__proto__: ',
    'listen: ',
    'zones: ',
    'redis: ',
    'redis://u:p@h:1/2',
    '127.0.0.1:53',
    '10s',
    '5m',
    'a'.repeat(3_000),
  ],
];

/** Readers of everything an operator writes besides zones. */
export const OPERATOR_TARGET: FuzzTarget = {
  name: 'operator',
  open: () => ({
    generate: (random) => {
      const kind = random.nextBelow(FORMS.length);
      return joinBytes(Uint8Array.of(kind), mutateText(random, FORMS[kind]!.sample, 6, WORDS));
    },
    check: (input) => {
      const text = textOf(input.subarray(1));
      const { faultsOf } = FORMS[(input[0] ?? 0) % FORMS.length]!;
      return judgeFaults(faultsOf('fuzz.yaml', text), new Map([['fuzz.yaml', countLines(text)]]));
    },
  }),
};
