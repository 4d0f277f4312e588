/**
 * The scope of answers on which regions disagree (RFC 7871 7.2.1), by brute force: over random networks, regions and disputes, every
 * address inside the scope that was returned gets the same endpoints, in either form of class tables; and without a dispute nothing of
 * it is seen, not even in the scope.
 */

import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/base/random.ts';
import { compileClassMap, compileClassTable } from '../../src/geo/class-table.ts';
import { packHealth, storeDissent, UNKNOWN_WORD, unpackHealth } from '../../src/health/health-table.ts';
import { buildQuery } from '../tools/dns-client.ts';
import { readReply } from '../tools/dns-reply.ts';
import { Asker, modelZone, networkAt, regionAt, type Serving, serve } from '../tools/model-zone.ts';

const VALUES = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'];
const DISPUTED = packHealth({ ...unpackHealth(UNKNOWN_WORD), disputed: true });
const ORDER = { all: { values: VALUES } };

/** Four endpoints, all in each answer; clients in nested networks at random places. */
function drawWorld(random: RandomStream, compile: typeof compileClassTable, geos: boolean): Serving {
  const degrees = (most: number) => ((random.nextBits() >>> 0) / 2 ** 32) * 2 * most - most;
  const regions = Array.from({ length: 3 + random.nextBelow(5) }, (_, i) =>
    regionAt(`r${i}`, degrees(60), degrees(180)),
  );
  const prefixes = new Set(
    Array.from(
      { length: 40 },
      () => `20.0.${random.nextBelow(16) << 4}.0/${[16, 18, 20, 21, 22, 24][random.nextBelow(6)]!}`,
    ),
  );
  const masked = [...prefixes].filter((text) => {
    const [, , third = '0'] = text.split('.');
    const length = Number(text.split('/')[1]);
    return (Number(third) & (0xff >> Math.max(0, length - 16))) === 0;
  });
  const networks = masked.map((text) => networkAt(text, degrees(60), degrees(180)));
  const rules = geos ? [{ subnets: ['20.0.64.0/19'], pool: 'all' }, { pool: 'all' }] : [{ pool: 'all' }];
  const model = modelZone('example.', [], [{ name: 'www', pools: ORDER, rules, answers: 4 }]);
  return serve([model], networks, regions, compile);
}

function ask(asker: Asker, ecs: string): { addresses: string; scope: number } {
  const query = buildQuery('www.example.', 'A', { id: 1, ecs });
  const reply = readReply(asker.ask(query, '9.9.9.9')!);
  const addresses = reply.answers.map(({ data }) => String(data)).sort();
  return { addresses: addresses.join(' '), scope: reply.subnet?.scope ?? 0 };
}

describe.each([
  ['direct', compileClassTable],
  ['mapped', compileClassMap],
] as const)('an answer on which regions disagree (%s tables)', (_, compile) => {
  it('is the same for every client inside its scope', () => {
    const random = new RandomStream(77);
    let avoided = 0;
    for (let round = 0; round < 12; round++) {
      const serving = drawWorld(random, compile, round % 2 === 0);
      const asker = new Asker(serving.tables, round);
      for (const value of VALUES.slice(0, 3)) {
        const slot = serving.slotOf(value);
        serving.tables.health[slot] = DISPUTED;
        storeDissent(serving.tables.health, slot, random.nextBelow(256));
      }
      for (let i = 0; i < 40; i++) {
        const third = random.nextBelow(256);
        const told = ask(asker, `20.0.${third}.0/24`);
        if (told.addresses.split(' ').length < 4) avoided++;
        expect(told.scope).toBeGreaterThan(0);
        expect(told.scope).toBeLessThanOrEqual(24);
        const free = 24 - Math.max(16, told.scope);
        for (let j = 0; j < 16; j++) {
          const other = (third & ~((1 << free) - 1)) | random.nextBelow(1 << free);
          expect(ask(asker, `20.0.${other}.0/24`), `20.0.${other}.0 in the scope of 20.0.${third}.0`).toEqual(told);
        }
      }
    }
    expect(avoided).toBeGreaterThan(50);
  });

  it('has the scope that it would have without any agents, once nothing is disputed', () => {
    const random = new RandomStream(78);
    const asker = new Asker(drawWorld(random, compile, false).tables, 1);
    for (let third = 0; third < 256; third += 5)
      expect(ask(asker, `20.0.${third}.0/24`)).toEqual({ addresses: VALUES.join(' '), scope: 0 });
  });
});
