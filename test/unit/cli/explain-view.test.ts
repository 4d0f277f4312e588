import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { renderExplanation } from '../../../src/cli/explain-view.ts';
import type { EndpointTrace, StepTrace } from '../../../src/decision/trace.ts';
import type { Location } from '../../../src/geo/location.ts';
import type { LatencyTerms } from '../../../src/geo/pool-costs.ts';
import type { WeightCorrection } from '../../../src/health/weight-corrections.ts';
import type { Explanation } from '../../../src/server/explanation.ts';

const LONDON: Location = {
  continent: 'EU',
  country: 'GB',
  province: null,
  latitude: 51.5,
  longitude: -0.1,
  region: null,
  origin: 'geoip-lite',
};
const endpoint: EndpointTrace = {
  slot: 0,
  value: '192.0.2.1',
  weight: 3,
  status: 'obey',
  verdict: 2,
  factor: 1,
  fate: 'down',
  isChosen: false,
  isShifted: false,
  isSuspect: false,
  isLastGood: false,
  ttlWish: null,
  word: 6,
  dissent: 0,
  turn: null,
  score: null,
};
const step: StepTrace = {
  name: 'www.a.example.',
  type: 'A',
  placedBy: 'client subnet',
  subnetNote: null,
  group: 0,
  rule: 2,
  rules: [{ number: 2, file: 'zones/a.yaml', line: 14, geos: ['EU', 'AF-ZA'], subnets: ['10.0.0.0/8'], omitted: 0 }],
  isFenced: false,
  fences: [],
  method: 'nearest',
  balance: 'hash',
  key: 12,
  keyedBy: 'client subnet',
  draws: [],
  trickle: 0,
  minHealthy: 0,
  isSpread: false,
  nearest: null,
  isNearestIgnored: false,
  isTrickled: false,
  nearTie: { ratio: 0.1, marginMs: 5 },
  tieKm: 708.8,
  tieMs: null,
  walk: null,
  scope: 16,
  pools: [
    {
      pool: 'eu',
      share: null,
      region: 'eu-west',
      bias: 10,
      cost: { distanceKm: 463.4, biasedKm: 417.1, latency: null },
      eligibleWeight: 0,
      healthyShare: 0,
      fate: 'no endpoint eligible',
      endpoints: [endpoint],
    },
    {
      pool: 'us',
      share: 3,
      region: null,
      bias: 0,
      cost: null,
      eligibleWeight: 1,
      healthyShare: 1,
      fate: 'drawn from',
      endpoints: [
        { ...endpoint, slot: 1, value: '192.0.2.2', weight: 1, status: 'up', fate: 'eligible', isChosen: true },
      ],
    },
  ],
  outcome: 'pool us',
  chosen: ['192.0.2.2'],
  ttlSeconds: 30,
  ttlReason: "the record's own",
};
const explanation: Explanation = {
  name: 'www.a.example.',
  type: 'A',
  client: '192.0.2.7',
  ecs: '81.2.69.0/24',
  clientLocation: null,
  ecsLocation: LONDON,
  path: [{ name: 'www.a.example.', zone: 'a.example.', found: 'exists', by: null }],
  trace: { seed: 7, rotationSeed: 7, steps: [step], followed: [] },
  agentRegions: [
    { region: 'dublin', number: 0 },
    { region: 'tokyo', number: 1 },
    { region: 'virginia', number: 2 },
  ],
  endpoints: [
    {
      key: 'k',
      zone: 'a.example.',
      name: 'www.a.example.',
      type: 'A',
      pool: 'eu',
      region: null,
      value: '192.0.2.1',
      weight: 3,
      status: 'obey',
      verdict: 'down',
      barred: true,
      check: 'http://192.0.2.1/',
      votes: [{ region: 'eu-west', vote: 'down' }],
      drawWeight: 1,
      factor: 1,
      poolShare: null,
      correction: null,
      answers: { total: 9, recent: 4 },
      flap: null,
      voices: [
        {
          agent: 'a1',
          region: 'eu-west',
          vote: 'down',
          reason: 'connection refused',
          connectMs: null,
          ageSeconds: 3,
          fresh: true,
        },
      ],
    },
  ],
  answer: '',
};

const render = (changed: Partial<Explanation> = {}) =>
  stripVTControlCharacters(renderExplanation({ ...explanation, ...changed }, null, ['by the files alone']));

describe('an explanation', () => {
  it('tells everything in the order of the decision', () => {
    const text = render();
    const parts = [
      'www.a.example. A for 192.0.2.7 with client subnet 81.2.69.0/24',
      'note: by the files alone',
      'the server stays silent',
      'source address 192.0.2.7: its place is not known',
      'client subnet 81.2.69.0/24: EU-GB at 51.5, -0.1, says geoip-lite',
      'rule 2, placed by the client subnet',
      'rule 2 (zones/a.yaml:14): geos EU, AF-ZA; subnets 10.0.0.0/8',
      "pools by nearest (equal within 10 % + 250 km: up to 709 km), endpoints by hash: the key 12 of the client subnet's prefix, the lowest score wins",
      'pool eu: 463 km to eu-west, with bias 10 417 km; passed over: no endpoint is eligible',
      '192.0.2.1  weight 3, health down, out: down',
      'votes eu-west:down  check http://192.0.2.1/',
      'eu-west a1: down (connection refused), heard 3 s ago',
      'pool us: one of the equals, share 3; weight 1 to draw from, chosen',
      '> 192.0.2.2  weight 1, status up in the zone file, eligible',
      'from pool us: 192.0.2.2 (by the key, without chance)',
      "TTL 30 s: the record's own",
      'scope 16: every client in 81.2.0.0/16 is decided alike',
    ];
    let at = 0;
    for (const part of parts) {
      expect(text.slice(at)).toContain(part);
      at = text.indexOf(part, at);
    }
  });

  it('says why a subnet was not used, and when nothing depends on the client', () => {
    const note = 'not globally routable';
    const bySource = {
      ...step,
      placedBy: 'source address',
      keyedBy: 'source address',
      subnetNote: note,
      scope: 0,
    } as const;
    expect(render({ trace: { seed: 1, rotationSeed: 0, steps: [bySource], followed: [] } })).toContain(
      `placed by the source address (${note})`,
    );
    const notNeeded = { ...step, placedBy: 'not needed', key: null, keyedBy: null, scope: 0 } as const;
    expect(render({ trace: { seed: 1, rotationSeed: 0, steps: [notNeeded], followed: [] } })).toContain(
      'scope 0: the decision does not depend on where the client is',
    );
  });

  it('shows how a weight is corrected by load, and from what', () => {
    const terms = { current: 120, target: 200, ageSeconds: 3.2 };
    const agent = { source: 'agent', condition: 'settled', terms } as const;
    const used = { factor: 0.8, load: 0.6, mean: 0.41234, standing: 'used', ...agent } as const;
    const [endpointStatus] = explanation.endpoints;
    const shown = (correction: WeightCorrection) => render({ endpoints: [{ ...endpointStatus!, correction }] });
    expect(shown(used)).toContain(
      'correction x 0.8: load 0.6 against a mean of 0.4123, used, current 120, target 200, ageSeconds 3.2',
    );
    expect(shown({ ...used, source: 'push' })).toContain('0.4123, used, pushed, current 120');
    expect(shown({ ...used, load: null, standing: 'stale', terms: {} })).toContain('x 0.8: no load known, stale\n');
    expect(shown({ ...used, condition: 'moving' })).toContain('held while it ramps or is shifted');
  });

  it('says whose queries by hash are spread, and whose may be', () => {
    const told = (changed: Partial<StepTrace>) =>
      render({ trace: { ...explanation.trace, steps: [{ ...step, ...changed }] } });
    expect(told({ isSpread: true })).toContain('its prefix carries over 1 % of queries: spread per query');
    expect(told({ keyedBy: 'source address' })).toContain('over 1 % of its queries from this prefix spreads them');
    expect(told({})).not.toContain('over 1 %');
  });

  it('says what the two regions nearest the client had to do with it, where regions disagree', () => {
    const told = (regions: number, isNearestIgnored = false, changed: Partial<Explanation> = {}) =>
      render({
        ...changed,
        trace: { ...explanation.trace, steps: [{ ...step, nearest: { regions, scope: 16 }, isNearestIgnored }] },
      });
    expect(told(0b101)).toContain('dublin and virginia are nearest, and what both call down is avoided');
    const reversed = explanation.agentRegions.toReversed().map(({ region }, number) => ({ region, number }));
    expect(told(0b101, false, { agentRegions: reversed })).toContain('dublin and virginia are nearest');
    expect(told(0b101, true)).toContain('call down all that is left, so the world');
    expect(told(0)).toContain('it is not known which of them are nearest');
    expect(render({})).not.toContain('regions disagree');
  });

  it('shows what a predicted round trip is made of', () => {
    const landmark = { region: 'eu-west', distanceKm: 463.4, endpointKm: 0, measuredMs: 6, byMs: 15.27 };
    const latency = { lineMs: 14.3, landmarks: [landmark], known: null, roundTripMs: 15.27, biasedMs: 13.74 };
    const byLatency = (each: LatencyTerms & { biasedMs: number }, distanceKm = 463.4): string => {
      const pools = [{ ...step.pools[0]!, cost: { distanceKm, biasedKm: null, latency: each } }];
      const told = { ...step, method: 'latency' as const, tieKm: null, tieMs: 20.1, pools };
      return render({ trace: { ...explanation.trace, steps: [told] } });
    };
    const text = byLatency(latency);
    expect(text).toContain('pools by latency (equal within 10 % + 5 ms: up to 20.1 ms)');
    expect(text).toContain(
      '15.3 ms to eu-west, with bias 10 13.7 ms (463 km alone: 14.3 ms; eu-west is 463 km off and measures 6 ms over 0 km: 15.3 ms)',
    );
    expect(byLatency({ ...latency, landmarks: [] })).toContain('no agent near has measured it');
    const known = { from: 'EU-DE', ms: 30, count: 420 };
    expect(byLatency({ ...latency, known })).toContain(
      '15.3 ms; latency.csv knows 30 ms from EU-DE, measured 420 times)',
    );
    expect(byLatency({ ...latency, known, landmarks: [] }, Number.NaN)).toContain(
      'with bias 10 13.7 ms (latency.csv knows 30 ms from EU-DE, measured 420 times)',
    );
  });

  it('tells of each record that follows its target why it is served or not', () => {
    const record = { value: '1 1 1 a.example.', target: 'a.example.', isLeftOut: false };
    const follow = { name: '_s._tcp.example.', type: 'SRV', ttlSeconds: 20, ownTtlSeconds: 300 };
    const view = (...records: object[]) =>
      render({
        trace: { seed: 1, rotationSeed: 0, steps: [step], followed: [{ ...follow, records: records as never }] },
      });
    const down = { ...record, state: 'down' };
    const text = view(
      { ...down, isLeftOut: true },
      { ...record, state: 'alive' },
      { ...record, target: null, state: 'unknown' },
    );
    for (const part of [
      'it follows its targets, which are decided first',
      'left out: 1 1 1 a.example.\n    a.example. is down: every pool of it is exhausted for this client\n',
      'served: 1 1 1 a.example.\n    a.example. can be served\n',
      'there is no target to follow',
      'TTL 20 s: its own is 300 s, the shortest of its targets counts',
    ])
      expect(text).toContain(part);
    expect(view(down, down)).toContain('for this client, and so is all else');
    expect(view({ ...record, state: 'unknown' })).toContain('no zone here has addresses of a.example.: it is served');
  });

  it('says so when nothing is steered', () => {
    expect(render({ trace: { seed: 0, rotationSeed: 0, steps: [], followed: [] } })).toContain(
      'nothing is steered here',
    );
  });

  it('claims chance only where there was some', () => {
    const stepped = (changed: Partial<StepTrace>) =>
      render({ trace: { ...explanation.trace, steps: [{ ...step, ...changed }] } });
    const drawn = { key: null, keyedBy: null, balance: 'weighted' as const, draws: [{ bound: 2_048, value: 7 }] };
    expect(stepped(drawn)).toContain('192.0.2.2 (chance gave 7 of 0..2047)');
    expect(stepped(drawn)).toContain('chance began at seed 7');
    const alone = step.pools.map((pool) => ({ ...pool, share: null }));
    expect(stepped({ ...drawn, pools: alone })).toContain('192.0.2.2 (the only one to choose)');
    const turning = stepped({ ...drawn, balance: 'round_robin', draws: [] });
    expect(turning).toContain('192.0.2.2 (by turn, without chance)');
    expect(turning).not.toContain('seed');
    expect(stepped({ chosen: [], outcome: 'nowhere' })).toMatch(/from nowhere: nothing $/m);
  });

  it('tells the scope that affinity alone makes', () => {
    const keyed = { ...step, placedBy: 'not needed', scope: 24 } as const;
    expect(render({ trace: { ...explanation.trace, steps: [keyed] } })).toContain(
      'scope 24: every client in 81.2.69.0/24 is decided alike',
    );
  });

  it('says how names that are not steered were found', () => {
    const by = (found: 'wildcard' | 'DNAME' | 'delegated' | 'does not exist', name: string | null) =>
      render({ path: [{ name: 'x.a.', zone: 'a.', found, by: name }], trace: { ...explanation.trace, steps: [] } });
    expect(by('wildcard', '*.a.')).toContain('x.a. in zone a.: does not exist, made by the wildcard *.a.');
    expect(by('DNAME', 'a.')).toContain('renamed by the DNAME of a.');
    expect(by('delegated', 'x.a.')).toContain('delegated at x.a.');
    expect(by('does not exist', null)).toContain('does not exist, nor does a wildcard');
    expect(render({ path: [], trace: { ...explanation.trace, steps: [] } })).toContain('no zone here was asked');
  });

  it('tells a pool below min_healthy from one without endpoints', () => {
    const pools = step.pools.map((pool) => ({ ...pool, fate: 'below min_healthy' as const, healthyShare: 0.25 }));
    const text = render({ trace: { ...explanation.trace, steps: [{ ...step, pools, minHealthy: 0.5 }] } });
    expect(text).toContain('min_healthy 50 %');
    expect(text).toContain('passed over: 25 % of its weight is left, below min_healthy');
  });

  it('shows the answer as records', () => {
    const record = { name: 'www.a.example.', ttl: 30, class: 'IN', type: 'A', data: '192.0.2.2' };
    const answer = {
      transport: 'tcp',
      rcode: 'NOERROR',
      flags: ['qr', 'aa'],
      subnet: { source: '81.2.69.0/24', scope: 16 },
      errors: [],
      answer: [record],
      authority: [],
      additional: [],
    } as const;
    const text = stripVTControlCharacters(renderExplanation(explanation, answer, []));
    expect(text).toContain(
      'answer: NOERROR, flags qr aa, subnet 81.2.69.0/24 scope 16\n  www.a.example. 30 IN A 192.0.2.2\n',
    );
  });

  it('tells of a fence', () => {
    const fenced = { ...step, rule: null, rules: [], isFenced: true };
    expect(render({ trace: { ...explanation.trace, steps: [fenced] } })).toContain('  inside a fence, placed by');
    const pinned = { ...step, isFenced: true };
    expect(render({ trace: { ...explanation.trace, steps: [pinned] } })).toContain(
      '  rule 2, inside a fence, placed by',
    );
    const geos = Array.from({ length: 13 }, (_, i) => `EU-X${i}`);
    const named = {
      ...pinned,
      fences: [
        { number: 1, geos: ['EU', 'AF-ZA'], omitted: 0 },
        { number: 2, geos, omitted: 4 },
      ],
    };
    const text = render({ trace: { ...explanation.trace, steps: [named] } });
    expect(text).toContain('inside fence 1 (EU, AF-ZA) or fence 2 (EU-X0, ');
    expect(text).toContain('EU-X11 and 5 more), placed by');
  });
});
