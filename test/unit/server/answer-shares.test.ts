import { describe, expect, it } from 'vitest';
import { createEndpointTally } from '../../../src/answer/endpoint-tally.ts';
import { EndpointRegistry } from '../../../src/health/endpoint-registry.ts';
import { createHealthTable } from '../../../src/health/health-table.ts';
import { AnswerShares } from '../../../src/server/answer-shares.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';

const [A, B, C] = [endpointSpec('192.0.2.1'), endpointSpec('192.0.2.2'), endpointSpec('192.0.2.3')];

function world() {
  const registry = new EndpointRegistry(createHealthTable(2));
  const tallies = [createEndpointTally(2), createEndpointTally(2)];
  const time = { ms: 0 };
  registry.claim([A, B]);
  const shares = new AnswerShares(
    registry,
    () => tallies,
    () => time.ms,
  );
  return { registry, tallies: tallies as [Uint32Array, Uint32Array], time, shares };
}

describe('answer shares', () => {
  it('sum the workers, and forget what is older than the window', () => {
    const { tallies, time, shares } = world();
    tallies[0][0]! += 5;
    tallies[1][0]! += 2;
    tallies[1][2]! += 1;
    expect(shares.read().countOf(0)).toEqual({ total: 7, recent: 7 });
    expect(shares.read().lastResort).toEqual({ total: 1, recent: 1 });
    for (let i = 0; i < 11; i++) {
      time.ms += 30_000;
      shares.sample();
    }
    tallies[0][0]! += 1;
    expect(shares.read().countOf(0)).toEqual({ total: 8, recent: 1 });
    expect(shares.read().countOf(1)).toEqual({ total: 0, recent: 0 });
    expect(shares.read().lastResort).toEqual({ total: 1, recent: 0 });
    expect(shares.read().windowSeconds).toBe(300);
  });

  it('do not wrap where the words of the workers do', () => {
    const { tallies, shares } = world();
    for (let i = 0; i < 3; i++) {
      tallies[0][0] = (tallies[0][0]! + 0xf0000000) >>> 0;
      shares.sample();
    }
    expect(shares.read().countOf(0).total).toBe(3 * 0xf0000000);
  });

  it('begin at nothing for an endpoint that takes the slot of another', () => {
    const { registry, tallies, shares } = world();
    tallies[0].fill(9);
    shares.sample();
    for (let i = 0; i < 5; i++) registry.keepOnly(new Set([B.key]));
    expect(registry.claim([C])).toEqual(Int32Array.of(0));
    tallies[0][0]! += 4;
    shares.endpointsChanged();
    expect(shares.read().countOf(0)).toEqual({ total: 0, recent: 0 });
    tallies[0][0]! += 2;
    expect(shares.read().countOf(0)).toEqual({ total: 2, recent: 2 });
    expect(shares.read().countOf(1)).toEqual({ total: 9, recent: 9 });
  });
});
