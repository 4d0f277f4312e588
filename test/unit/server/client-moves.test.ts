import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { compileLocationTable, openLocationTable } from '../../../src/geo/location-table.ts';
import { ClientMoves } from '../../../src/server/client-moves.ts';
import { modelZone, network, serve } from '../../tools/model-zone.ts';

const NETWORKS = [network('5.5.0.0/16', 'DE'), network('5.6.0.0/16', 'US')];
const locations = openLocationTable(compileLocationTable({ overrides: NETWORKS, databases: [] }));

function tables(weight: number, geos: readonly string[], records = 1) {
  const pools = { eu: { values: [`192.0.2.1 ${weight}`, '192.0.2.2 1'] }, us: { values: ['192.0.2.3'] } };
  const rules = [{ geos, pool: 'eu' }, { pool: 'us' }];
  const sketches = Array.from({ length: records }, (_, i) => ({ name: `w${i}`, pools, rules }));
  return serve([modelZone('a.test.', ['s 60 A 127.0.0.1'], sketches)], NETWORKS).tables;
}

function recorder() {
  const lines: Record<string, unknown>[] = [];
  return { lines, log: pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) }) };
}

describe('ClientMoves', () => {
  it('tells for each record which share of the clients its change has moved', async () => {
    const { log, lines } = recorder();
    const moves = new ClientMoves(log);
    moves.remember('a.test.', 0, ['w0.a.test. A'], tables(3, ['EU']));
    await moves.tell(tables(1, ['EU']), () => locations);
    moves.remember('a.test.', 0, ['w0.a.test. A'], tables(1, ['EU']));
    await moves.tell(tables(1, ['EU', 'NA']), () => locations);
    expect(lines).toMatchObject([
      { event: 'clients-moved', zone: 'a.test.', record: 'w0.a.test. A', percent: 12.5 },
      { percent: 50, msg: 'w0.a.test. A: 50 % of clients change endpoint' },
    ]);
    await moves.tell(tables(1, ['EU']), () => locations);
    expect(lines).toHaveLength(2);
  });

  it('passes over records that are not steered, before or after, and names of nobody', async () => {
    const { log, lines } = recorder();
    const moves = new ClientMoves(log);
    moves.remember('a.test.', 0, ['s.a.test. A', 'none.a.test. A', 'w1.a.test. A'], tables(1, ['EU'], 2));
    await moves.tell(tables(1, ['EU'], 1), () => locations);
    expect(lines).toEqual([]);
  });

  it('reckons a bounded number of records and counts the rest', async () => {
    const { log, lines } = recorder();
    const moves = new ClientMoves(log);
    const keys = Array.from({ length: 40 }, (_, i) => `w${i}.a.test. A`);
    moves.remember('a.test.', 0, keys, tables(3, ['EU'], 40));
    const first = moves.tell(tables(1, ['EU'], 40), () => locations);
    moves.remember('a.test.', 0, keys.slice(0, 1), tables(1, ['EU'], 40));
    await moves.tell(tables(3, ['EU'], 40), () => locations);
    await first;
    expect(lines[0]).toMatchObject({ msg: 'too many changes to say how many clients move' });
    expect(lines).toHaveLength(1 + 16 + 1);
    expect(lines.at(-1)).toMatchObject({ left: 24 });
  });
});
