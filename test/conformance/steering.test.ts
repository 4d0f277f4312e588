/**
 * What every way to steer promises, tried over all methods, balances and both forms of class table: answers are as the file says, of
 * what may be answered, the same for the same seed, and the same for every client that the returned scope covers.
 */

import { describe, expect, it } from 'vitest';
import { formatIpAddress } from '../../src/base/ip-address.ts';
import { formatIpPrefix, prefixOf } from '../../src/base/ip-prefix.ts';
import { RandomStream } from '../../src/base/random.ts';
import { compileClassMap, compileClassTable } from '../../src/geo/class-table.ts';
import { packHealth, UNKNOWN_WORD, unpackHealth, Verdict } from '../../src/health/health-table.ts';
import type { Balance, SteeringMethod } from '../../src/zone/zone-model.ts';
import { chiSquare, chiSquareLimit } from '../tools/chi-square.ts';
import { buildQuery } from '../tools/dns-client.ts';
import { Asker, modelZone, serve } from '../tools/model-zone.ts';
import { ask, askOf, firstOctet, NETWORKS, poolOfOctet, poolShares, REGIONS, world } from '../tools/steering-world.ts';

const METHODS: readonly SteeringMethod[] = ['rules', 'failover', 'weighted', 'nearest', 'latency'];
const BALANCES: readonly Balance[] = [
  'weighted',
  'round_robin',
  'random',
  'hash',
  'least_connections',
  'least_latency',
  'load',
];
const FORMS = [compileClassTable, compileClassMap] as const;
const DOWN = packHealth({ ...unpackHealth(UNKNOWN_WORD), verdict: Verdict.DOWN, barred: true });

const COMBINATIONS = METHODS.flatMap((method) => BALANCES.map((balance) => ({ method, balance })));

describe.each(COMBINATIONS)('$method pools with $balance endpoints', ({ method, balance }) => {
  it('answers with nothing that is down while anything may be answered', () => {
    const random = new RandomStream(17);
    const serving = world({ method, balance, answers: 2 });
    const { health } = serving.tables;
    const values = [1, 2, 11, 12, 13, 21];
    const asker = new Asker(serving.tables, 5);
    for (let round = 0; round < 300; round++) {
      const up = values.filter((octet) => {
        const isDown = random.nextBelow(2) === 0;
        health[serving.slotOf(`192.0.2.${octet}`)] = isDown ? DOWN : UNKNOWN_WORD;
        return !isDown;
      });
      const { octets } = askOf(asker, `20.${random.nextBelow(7)}.${random.nextBelow(8)}.0/24`);
      expect(octets.length).toBeGreaterThan(0);
      for (const octet of octets) if (octet !== 250) expect(up).toContain(octet);
      // The walk of every client ends in all pools by these methods.
      if (method !== 'rules' && up.length === values.length) expect(octets).not.toContain(250);
    }
  });

  it('gives the same answer to the same seed', () => {
    const serving = world({ method, balance, trickle: 0.1 });
    for (let seed = 0; seed < 50; seed++) {
      expect(ask(serving, `20.${seed % 7}.5.0/24`, seed)).toEqual(ask(serving, `20.${seed % 7}.5.0/24`, seed));
    }
  });

  it.each(FORMS.map((form) => [form.name, form] as const))('depends on no bit past the scope (%s)', (_, form) => {
    const fences = [
      { geos: [{ continent: 'EU', country: 'DE', province: null }], pools: [1], onDown: 'fallback' as const },
    ];
    const nearTie = { ratio: 0.05, marginMs: 2 };
    const random = new RandomStream(23);
    for (const extra of [{}, { fences, nearTie, trickle: 0.05, sticky: { prefixV4: 20, prefixV6: 40 } }]) {
      const serving = world({ method, balance, ...extra }, form);
      for (let i = 0; i < 150; i++) {
        const family = i % 3 === 2 ? 6 : 4;
        const words =
          family === 4
            ? Uint32Array.of(20 * 2 ** 24 + random.nextBelow(7) * 2 ** 16 + random.nextBelow(2 ** 11), 0, 0, 0)
            : Uint32Array.of(
                random.nextBelow(2) ? 0x24000003 : 0x2a000000 + random.nextBelow(9),
                random.nextBits(),
                0,
                0,
              );
        const length = family === 4 ? 16 + random.nextBelow(17) : 32 + random.nextBelow(30);
        const subnet = prefixOf({ family, words }, length);
        const seed = random.nextBits();
        const reply = ask(serving, formatIpPrefix(subnet), seed);
        // Another client inside the scope, told to us as finely as before.
        const other = prefixOf({ family, words: flipBelow(subnet.words, reply.scope, random) }, length);
        const { octets } = ask(serving, formatIpPrefix(other), seed);
        expect([formatIpPrefix(subnet), reply.scope, formatIpAddress(other), ...octets]).toEqual([
          formatIpPrefix(subnet),
          reply.scope,
          formatIpAddress(other),
          ...reply.octets,
        ]);
      }
    }
  });

  it('keeps targeted clients where their rule pins them', () => {
    const serving = world({ method, balance });
    for (let seed = 0; seed < 40; seed++) {
      expect(ask(serving, '20.4.1.0/24', seed).octets).toEqual([21]);
      expect(poolOfOctet(ask(serving, '20.6.6.0/24', seed).octets[0]!)).toBe('ap');
    }
  });

  it('draws endpoints by their shares', () => {
    const serving = world({ method, balance, candidates: [1] });
    const counts = [0, 0, 0];
    const asker = new Asker(serving.tables, 8);
    const query = buildQuery('www.example.', 'A', { id: 1 });
    const random = new RandomStream(6);
    // Clients of one place, so that affinity has many of them to share out.
    for (let i = 0; i < 60_000; i++) {
      const client = formatIpAddress({
        family: 4,
        words: Uint32Array.of(2 ** 30 + random.nextBelow(2 ** 29), 0, 0, 0),
      });
      counts[firstOctet(asker, query, client) - 11]!++;
    }
    const shares = balance === 'random' ? [1, 1, 1] : [3, 1, 1];
    expect(chiSquare(counts, shares)).toBeLessThan(chiSquareLimit(2));
  });
});

/** `words` with the bits behind the first `length` drawn anew. */
function flipBelow(words: Uint32Array, length: number, random: RandomStream): Uint32Array {
  return Uint32Array.from(words, (word, i) => {
    const kept = Math.min(Math.max(length - i * 32, 0), 32);
    const mask = kept === 32 ? 0 : 0xffffffff >>> kept;
    return ((word & ~mask) | (random.nextBits() & mask)) >>> 0;
  });
}

describe.each(['least_connections', 'least_latency', 'load'] as const)('endpoints by %s', (balance) => {
  it('share 10^6 decisions by weight times correction, and another record with the same endpoints by weight', () => {
    const values = ['192.0.2.1 3', '192.0.2.2', '192.0.2.3 2'];
    const sketches = (['www', 'web'] as const).map((name) => {
      const steering = name === 'www' ? { balance } : {};
      return { name, pools: { p: { values } }, rules: [{ pool: 'p' }], steering };
    });
    const serving = serve([modelZone('example.', [], sketches)], NETWORKS, REGIONS);
    for (const { slot, spec } of serving.registry.endpoints()) {
      if (spec.balance !== balance || spec.value === '192.0.2.2') continue;
      const factor = spec.value === '192.0.2.1' ? 256 : 512;
      serving.tables.health[slot] = packHealth({ ...unpackHealth(UNKNOWN_WORD), factor });
    }
    for (const [name, shares, rounds] of [
      ['www.example.', [3 * 256, 1024, 2 * 512], 1_000_000],
      ['web.example.', [3, 1, 2], 100_000],
    ] as const) {
      const counts = [0, 0, 0];
      const asker = new Asker(serving.tables, 9);
      const query = buildQuery(name, 'A', { id: 1 });
      for (let i = 0; i < rounds; i++) counts[firstOctet(asker, query) - 1]!++;
      expect(chiSquare(counts, shares)).toBeLessThan(chiSquareLimit(2));
    }
  });
});

describe('hash', () => {
  const hashed = (values: readonly string[]) =>
    serve([
      modelZone(
        'example.',
        [],
        [{ name: 'www', pools: { p: { values } }, rules: [{ pool: 'p' }], steering: { balance: 'hash' } }],
      ),
    ]);
  const query = buildQuery('www.example.', 'A', { id: 1 });
  const clientOf = (i: number) => `${20 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.7`;
  /** What each of 200,000 clients gets. */
  const choicesOf = (values: readonly string[]) => {
    const asker = new Asker(hashed(values).tables, 1);
    return Array.from({ length: 200_000 }, (_, i) => firstOctet(asker, query, clientOf(i)));
  };

  it('moves at most 1.05 x 5 % of clients from 50/50 to 55/45', () => {
    const before = choicesOf(['192.0.2.1 50', '192.0.2.2 50']);
    const after = choicesOf(['192.0.2.1 55', '192.0.2.2 45']);
    const moved = before.filter((octet, i) => octet !== after[i]).length / before.length;
    expect(moved).toBeGreaterThan(0.95 * 0.05);
    expect(moved).toBeLessThan(1.05 * 0.05);
    expect(before.every((octet, i) => octet === after[i] || after[i] === 1)).toBe(true);
  });

  it('moves to a new endpoint its own share, and nobody else', () => {
    const before = choicesOf(['192.0.2.1', '192.0.2.2 2']);
    const after = choicesOf(['192.0.2.1', '192.0.2.2 2', '192.0.2.3']);
    expect(before.every((octet, i) => octet === after[i] || after[i] === 3)).toBe(true);
    expect(after.filter((octet) => octet === 3).length / after.length).toBeCloseTo(0.25, 2);
  });

  it('spreads the queries of a heavy resolver by weight while other clients stay put, and so do subnets behind it', () => {
    const asker = new Asker(hashed(['192.0.2.1 3', '192.0.2.2', '192.0.2.3']).tables, 1);
    const random = new RandomStream(12);
    const own = new Map<string, number>();
    const stays = (who: string, octet: number) => {
      expect(own.get(who) ?? octet).toBe(octet);
      own.set(who, octet);
    };
    const subnetQuery = buildQuery('www.example.', 'A', { id: 1, ecs: '30.1.2.0/24' });
    // The ECS option stands behind the answer, so the first record is where it always is.
    const counts = [0, 0, 0];
    for (let i = 0; i < 200_000; i++) {
      const isHeavy = i % 20 === 0;
      const client = isHeavy ? '9.9.9.9' : clientOf(random.nextBelow(3_000));
      const octet = firstOctet(asker, query, client);
      if (!isHeavy) stays(client, octet);
      else if (i > 40_000) counts[octet - 1]!++;
      if (i % 1_000 === 0) stays('30.1.2.0/24', firstOctet(asker, subnetQuery, '9.9.9.9'));
    }
    expect(chiSquare(counts, [3, 1, 1])).toBeLessThan(chiSquareLimit(2));
    expect(own.size).toBeGreaterThan(2_900);
  });
});

describe('failover', () => {
  it('takes the first pool in file order that has something to offer, for every client', () => {
    const serving = world({ method: 'failover' });
    expect(poolOfOctet(ask(serving, '20.2.0.0/24', 1).octets[0]!)).toBe('ap');
    expect(ask(serving, null, 1).scope).toBe(0);
    for (const octet of [1, 2]) serving.tables.health[serving.slotOf(`192.0.2.${octet}`)] = DOWN;
    expect(poolOfOctet(ask(serving, '20.3.0.0/24', 1).octets[0]!)).toBe('eu');
  });
});

describe('weighted', () => {
  it('shares 10^6 decisions by weight', () => {
    const { ap = 0, eu = 0, us = 0 } = poolShares(world({ method: 'weighted' }), null, 1_000_000);
    expect(chiSquare([ap, eu, us], [1, 7, 2])).toBeLessThan(chiSquareLimit(2));
  });

  it('needs nothing of the client: the scope of the catch-all is that of the rules alone', () => {
    const pools = { a: { share: 3, values: ['192.0.2.1'] }, b: { values: ['192.0.2.11'] } };
    const sketch = { name: 'www', pools, rules: [{ pool: 'a' }], steering: { method: 'weighted' as const } };
    const serving = serve([modelZone('example.', [], [sketch])], NETWORKS, REGIONS);
    expect(ask(serving, '20.3.0.0/24', 1).scope).toBe(0);
    // The first is of regional views, which every record shares.
    expect(serving.tables.classTables.slice(1)).toEqual([]);
  });

  it('gives a client one pool when choices are sticky, by weight over all clients', () => {
    const serving = world({ method: 'weighted', sticky: { prefixV4: 24, prefixV6: 56 } });
    const counts = { ap: 0, eu: 0, us: 0, values: 0 };
    const random = new RandomStream(3);
    const query = buildQuery('www.example.', 'A', { id: 1 });
    const asker = new Asker(serving.tables, 1);
    for (let i = 0; i < 30_000; i++) {
      const client = formatIpAddress({
        family: 4,
        words: Uint32Array.of(2 ** 30 + random.nextBelow(2 ** 29), 0, 0, 0),
      });
      const first = firstOctet(asker, query, client);
      if (i < 300) expect(ask(serving, null, i, client).octets[0]).toBe(first);
      counts[poolOfOctet(first) as keyof typeof counts]++;
    }
    expect(chiSquare([counts.ap, counts.eu, counts.us], [1, 7, 2])).toBeLessThan(chiSquareLimit(2));
  });
});
