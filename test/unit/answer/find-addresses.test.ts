import { describe, expect, it } from 'vitest';
import { WalkFound } from '../../../src/answer/address-walk.ts';
import { findAddresses } from '../../../src/answer/find-addresses.ts';
import { Transaction } from '../../../src/answer/transaction.ts';
import type { NameTrace } from '../../../src/decision/trace.ts';
import { packHealth, UNKNOWN_WORD, unpackHealth, Verdict } from '../../../src/health/health-table.ts';
import { RRType } from '../../../src/wire/codes.ts';
import { type DynamicSketch, modelZone, serve, wireName } from '../../tools/model-zone.ts';

const DOWN = packHealth({ ...unpackHealth(UNKNOWN_WORD), verdict: Verdict.DOWN, barred: true });
const pick: DynamicSketch = {
  name: 'pick',
  type: 'CNAME',
  ttl: 25,
  values: ['none.example.'],
  pools: { all: { values: ['host.example.'] } },
  rules: [{ pool: 'all' }],
};
const LINES = [
  'host 60 A 192.0.2.1',
  'c 50 CNAME host',
  'alias 40 ALIAS c',
  'far 30 CNAME www.elsewhere.test.',
  'l1 300 CNAME l2',
  'l2 300 CNAME l1',
  'sub 300 NS ns.sub',
];
const failing: DynamicSketch = { ...pick, name: 'fails', allDown: 'servfail' };
const empty: DynamicSketch = { ...pick, name: 'empty', allDown: 'nodata' };
const { tables, registry } = serve([modelZone('example.', LINES, [pick, failing, empty])]);

function walkFrom(name: string, type: number = RRType.A, path: NameTrace[] | null = null) {
  const tx = new Transaction(1);
  const wire = wireName(`${name}.`);
  tx.walk.name.scan(wire, 0, wire.length);
  tx.walk.ttl = 1_000;
  const found = findAddresses(tx, tables, tx.decision, type, path);
  return { found, walk: tx.walk };
}

describe('the way to addresses', () => {
  it('ends at the RRset, with the lowest TTL of what led there and not of what is there', () => {
    const { found, walk } = walkFrom('alias.example');
    expect(found).toBe(WalkFound.RRSET);
    expect([walk.ttl, walk.zone!.ttlOf(walk.rrset), walk.isDecided]).toEqual([40, 60, false]);
    expect(walkFrom('host.example').walk.ttl).toBe(1_000);
  });

  it('ends without data, outside, below a delegation, and in a loop', () => {
    expect(walkFrom('host.example', RRType.AAAA).found).toBe(WalkFound.NO_DATA);
    expect(walkFrom('none.example').found).toBe(WalkFound.NO_DATA);
    for (const name of ['far.example', 'x.sub.example', 'elsewhere.test'])
      expect(walkFrom(name), name).toMatchObject({ found: WalkFound.OUTSIDE, walk: { zone: null } });
    expect(walkFrom('far.example').walk.ttl).toBe(30);
    expect(walkFrom('l1.example').found).toBe(WalkFound.FAILURE);
  });

  it('goes where a steered CNAME leads, and says when all of that is down', () => {
    expect(walkFrom('pick.example')).toMatchObject({
      found: WalkFound.RRSET,
      walk: { ttl: 25, isDecided: true, isAllDown: false },
    });
    for (const { slot } of registry.endpoints()) tables.health[slot] = DOWN;
    expect(walkFrom('pick.example')).toMatchObject({ found: WalkFound.NO_DATA, walk: { isAllDown: true } });
    expect(walkFrom('fails.example')).toMatchObject({ found: WalkFound.FAILURE, walk: { isAllDown: true } });
    expect(walkFrom('empty.example')).toMatchObject({ found: WalkFound.NO_DATA, walk: { isAllDown: true } });
    tables.health.fill(UNKNOWN_WORD);
  });

  it('is written down where somebody asks', () => {
    const path: NameTrace[] = [];
    walkFrom('far.example', RRType.A, path);
    expect(path).toEqual([
      { name: 'far.example.', zone: 'example.', found: 'alias target', by: null },
      { name: 'www.elsewhere.test.', zone: '', found: 'outside', by: null },
    ]);
  });
});
