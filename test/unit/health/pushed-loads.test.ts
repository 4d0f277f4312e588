import { describe, expect, it } from 'vitest';
import { EndpointRegistry } from '../../../src/health/endpoint-registry.ts';
import { createHealthTable } from '../../../src/health/health-table.ts';
import { PushedLoads } from '../../../src/health/pushed-loads.ts';
import type { EndpointSpec } from '../../../src/zone/zone-model.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';
import { loadPush } from '../../tools/load-push.ts';

const NOW = 50_000;

/** 10.0.0.1 at www and at api, which share its check; 10.0.0.2 at www, and at api by a check of its own. */
function world() {
  const registry = new EndpointRegistry(createHealthTable(16));
  const api = { name: 'api.example.com.' };
  const own = endpointSpec('10.0.0.2', api);
  const specs: EndpointSpec[] = [
    endpointSpec('10.0.0.1'),
    endpointSpec('10.0.0.1', api),
    endpointSpec('10.0.0.2'),
    { ...own, check: { ...own.check, id: 'check:api' } },
    endpointSpec('2001:db8::1', { type: 'AAAA', status: 'up' }),
    endpointSpec('edge.example.net.', { type: 'CNAME', name: 'cdn.example.com.', status: 'down' }),
  ];
  registry.claim(specs);
  const loads = new PushedLoads(registry);
  const currentOf = (check: string) => loads.newestOf(check)?.report.current ?? null;
  return { registry, specs, loads, currentOf };
}

describe('a push', () => {
  it('is of the check of its endpoint, of all its checks, or of those at one name', () => {
    const { loads, currentOf } = world();
    expect(loads.take([loadPush('10.0.0.1', 1)], NOW)).toBe(1);
    expect(loads.take([loadPush('10.0.0.2', 2)], NOW)).toBe(2);
    expect(['check:10.0.0.1', 'check:10.0.0.2', 'check:api'].map(currentOf)).toEqual([1, 2, 2]);
    expect(loads.take([loadPush('10.0.0.2', 3, 'api.example.com.')], NOW)).toBe(1);
    expect(['check:10.0.0.2', 'check:api'].map(currentOf)).toEqual([2, 3]);
  });

  it('reaches endpoints that no agent asks, and of every type', () => {
    const { loads, currentOf } = world();
    const pushes = [loadPush('2001:db8::1', 1), loadPush('edge.example.net.', 2)];
    expect(loads.faultIn(pushes)).toBeNull();
    expect(loads.take(pushes, NOW)).toBe(2);
    expect(['check:2001:db8::1', 'check:edge.example.net.'].map(currentOf)).toEqual([1, 2]);
  });

  it('is of every check that its endpoint has at one name', () => {
    const { loads, registry } = world();
    const other = endpointSpec('10.0.0.1', { pool: 'spare' });
    registry.claim([{ ...other, check: { ...other.check, id: 'check:spare' } }]);
    expect(loads.take([loadPush('10.0.0.1', 1, 'www.example.com.')], NOW)).toBe(2);
  });

  it('replaces an older one and no newer one, by the time when it was true', () => {
    const { loads, currentOf } = world();
    loads.take([loadPush('10.0.0.1', 1)], NOW);
    loads.take([loadPush('10.0.0.1', 2, null, { ageMs: 1 })], NOW);
    expect(currentOf('check:10.0.0.1')).toBe(1);
    loads.take([loadPush('10.0.0.1', 3, null, { ageMs: 5 })], NOW + 5);
    expect(currentOf('check:10.0.0.1')).toBe(3);
    expect(loads.newestOf('check:10.0.0.1')).toEqual({ report: expect.not.objectContaining({ ageMs: 5 }), atMs: NOW });
  });

  it('of what no zone has is passed over when it comes from another node', () => {
    const { loads, currentOf } = world();
    expect(loads.take([loadPush('10.9.9.9', 1), loadPush('10.0.0.1', 2, 'no.example.com.')], NOW)).toBe(0);
    expect(currentOf('check:10.0.0.1')).toBeNull();
  });
});

describe('a request', () => {
  it.each([
    [
      [loadPush('10.0.0.1', 1), loadPush('10.9.9.9', 1)],
      1,
      'no steered record of this node has an endpoint "10.9.9.9"',
    ],
    [[loadPush('10.0.0.1', 1, 'no.example.com.')], 0, 'stands at no record "no.example.com."; write "name" as one of'],
    [[loadPush('10.0.0.1', 1), loadPush('10.0.0.1', 2)], 1, 'another load than report 0'],
    [
      [loadPush('10.0.0.1', 1, 'www.example.com.'), loadPush('10.0.0.1', 2, 'api.example.com.')],
      1,
      'same health check; send one report for both',
    ],
    [[loadPush('x'.repeat(4_000), 1)], 0, `"${'x'.repeat(100)}…"`],
  ])('case %# is told by the first report that is wrong, and what to do', (pushes, index, words) => {
    const { loads } = world();
    const fault = loads.faultIn(pushes);
    expect(fault?.index).toBe(index);
    expect(fault?.fault).toContain(words);
    expect(fault?.fault.length).toBeLessThan(400);
  });

  it('may say the same of one check twice, and different things of different checks', () => {
    const { loads } = world();
    const same = [loadPush('10.0.0.1', 1, 'www.example.com.'), loadPush('10.0.0.1', 1, 'api.example.com.')];
    expect(loads.faultIn(same)).toBeNull();
    const other = [loadPush('10.0.0.2', 1, 'www.example.com.'), loadPush('10.0.0.2', 2, 'api.example.com.')];
    expect(loads.faultIn(other)).toBeNull();
  });
});

describe('a reload of zones', () => {
  it('forgets the loads of checks that are gone, keeps the others, and knows new endpoints', () => {
    const { loads, registry, specs, currentOf } = world();
    loads.take([loadPush('10.0.0.1', 1), loadPush('10.0.0.2', 2)], NOW);
    registry.keepOnly(new Set([specs[1]!.key]));
    registry.claim([endpointSpec('10.0.0.3')]);
    loads.zonesChanged();
    expect(['check:10.0.0.1', 'check:10.0.0.2', 'check:api'].map(currentOf)).toEqual([1, null, null]);
    expect(loads.faultIn([loadPush('10.0.0.2', 2)])).toMatchObject({ index: 0 });
    expect(loads.take([loadPush('10.0.0.3', 3)], NOW)).toBe(1);
  });
});
