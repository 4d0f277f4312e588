import { describe, expect, it } from 'vitest';
import { parseIpAddress } from '../../../src/base/ip-address.ts';
import { RandomStream } from '../../../src/base/random.ts';
import { keyClient, rendezvousScore } from '../../../src/decision/affinity.ts';
import { Decision } from '../../../src/decision/decision.ts';
import { ClientSubnet } from '../../../src/wire/client-subnet.ts';
import { chiSquare, chiSquareLimit } from '../../tools/chi-square.ts';
import { prefix } from '../../tools/model-zone.ts';

const STICKY = 24 | (56 << 8);

/** Key and scope of a client; `scope` is what its class took. */
function keyOf(source: string, subnet: string | null = null, scope = 0) {
  const address = parseIpAddress(source)!;
  const request = { sourceFamily: address.family, sourceWords: address.words, subnet: new ClientSubnet() };
  const decision = new Decision();
  decision.scope = scope;
  if (subnet !== null) {
    const { family, length, words } = prefix(subnet);
    Object.assign(request.subnet, { family, sourceLength: length });
    request.subnet.words.set(words);
    decision.isBySubnet = true;
  }
  keyClient(decision, request, STICKY);
  return { key: decision.key, scope: decision.scope };
}

/** What each of `clients` chooses of endpoints with these weights. */
function choices(weights: readonly number[], clients: number): number[] {
  const random = new RandomStream(1);
  const identities = weights.map((_, i) => new RandomStream(1000 + i).nextBits() | 0);
  return Array.from({ length: clients }, () => {
    const key = random.nextBits();
    const scores = weights.map((weight, i) =>
      weight === 0 ? Number.POSITIVE_INFINITY : rendezvousScore(key, identities[i]!, weight),
    );
    return scores.indexOf(Math.min(...scores));
  });
}

function moved(before: readonly number[], after: readonly number[]): number {
  return before.filter((choice, i) => choice !== after[i]).length / before.length;
}

describe('the key of a client', () => {
  it('is that of its prefix: a /24, a /56', () => {
    expect(keyOf('192.0.2.1').key).toBe(keyOf('192.0.2.200').key);
    expect(keyOf('192.0.2.1').key).not.toBe(keyOf('192.0.3.1').key);
    expect(keyOf('2001:db8:1:23ff::1').key).toBe(keyOf('2001:db8:1:2300::2').key);
    expect(keyOf('2001:db8:1:23ff::1').key).not.toBe(keyOf('2001:db8:1:24ff::1').key);
  });

  it('lets the scope cover every bit that it looked at', () => {
    expect(keyOf('192.0.2.1', '198.51.100.0/24').scope).toBe(24);
    expect(keyOf('192.0.2.1', '198.51.100.64/26').scope).toBe(24);
    expect(keyOf('192.0.2.1', '198.51.0.0/16').scope).toBe(16);
    expect(keyOf('192.0.2.1', '198.51.100.0/24', 28).scope).toBe(28);
    expect(keyOf('192.0.2.1', '2001:db8::/48').scope).toBe(48);
    expect(keyOf('192.0.2.1').scope).toBe(0);
  });

  it('comes from the subnet where that decides, whoever the resolver is', () => {
    expect(keyOf('192.0.2.1', '198.51.100.0/24').key).toBe(keyOf('203.0.113.9', '198.51.100.0/24').key);
    expect(keyOf('198.51.100.77').key).toBe(keyOf('203.0.113.9', '198.51.100.0/24').key);
  });
});

describe('weighted rendezvous', () => {
  it.each([[[1, 1]], [[3, 1]], [[100, 1]], [[7, 13, 29, 51]]])('shares 10^6 clients by the weights %j', (weights) => {
    const counts = weights.map(() => 0);
    for (const choice of choices(weights, 1_000_000)) counts[choice]!++;
    expect(chiSquare(counts, weights)).toBeLessThan(chiSquareLimit(weights.length - 1));
  });

  it('moves at most 1.05 x 5 % of clients from 50/50 to 55/45', () => {
    const share = moved(choices([50, 50], 1_000_000), choices([55, 45], 1_000_000));
    expect(share).toBeGreaterThan(0.95 * 0.05);
    expect(share).toBeLessThan(1.05 * 0.05);
  });

  it('moves to a new endpoint its share, and nobody else', () => {
    const [before, after] = [choices([1, 1, 1, 0], 300_000), choices([1, 1, 1, 1], 300_000)];
    expect(after.every((choice, i) => choice === 3 || choice === before[i])).toBe(true);
    expect(moved(before, after)).toBeCloseTo(0.25, 2);
  });
});
