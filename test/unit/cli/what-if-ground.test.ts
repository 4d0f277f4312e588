import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readGround, tellDemand } from '../../../src/cli/what-if-ground.ts';
import { NO_LATENCY_FACTS } from '../../../src/geo/pool-costs.ts';
import { capacityFolder, capacityZone } from '../../tools/capacity-zone.ts';
import { modelZone } from '../../tools/model-zone.ts';

let files: ReturnType<typeof capacityFolder>;
beforeEach(() => {
  files = capacityFolder(capacityZone(1200));
});
afterEach(() => files.remove());

const pools = { eu: { values: ['192.0.2.1'], region: 'eu-west' } };
const models = [modelZone('example.', [], [{ name: 'www', pools, rules: [{ pool: 'eu' }] }])];
const edits = { weights: [], biases: [] };
const read = (demand: string | null) =>
  readGround({ models, geoDataDir: files.geoData, demand, name: 'www.example.', edits, facts: NO_LATENCY_FACTS });

describe('the ground read from files', () => {
  it('says by what clients are counted', () => {
    const { demand, notes } = read(null);
    expect(demand).toEqual({ source: 'ipv4-addresses', file: null, geo: 'city.mmdb', total: 65_536, notFound: 0 });
    expect(tellDemand(demand)).toMatch(/IPv4 addresses that city\.mmdb places/);
    expect(notes).toEqual([]);
    const byFile = read(files.write('d.csv', 'place,queries\nEU-DE,6\nAN-XX,2\n')).demand;
    expect(tellDemand(byFile)).toBe(
      `clients: the queries of ${byFile.file}, of which 25.0 % are of places that city.mmdb does not have`,
    );
  });

  it('is refused over broken geo data, with its faults', () => {
    files.write('geo-data/networks.yaml', '10.0.0.0/8: {country: nowhere}\n');
    expect(() => read(null)).toThrow(/geo data has faults[\s\S]*networks\.yaml:1/);
  });
});
