import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { renderExplanation } from '../../../src/cli/explain-view.ts';
import type { EndpointTrace, StepTrace } from '../../../src/decision/trace.ts';
import type { Location } from '../../../src/geo/location.ts';
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
  word: 6,
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
  isFenced: false,
  method: 'nearest',
  balance: 'hash',
  key: 12,
  isTrickled: false,
  nearTie: { ratio: 0.1, marginMs: 5 },
  tieKm: 708.8,
  scope: 16,
  pools: [
    {
      pool: 'eu',
      share: null,
      region: 'eu-west',
      bias: 10,
      cost: { distanceKm: 463.4, biasedKm: 417.1 },
      eligibleWeight: 0,
      endpoints: [endpoint],
    },
    {
      pool: 'us',
      share: 3,
      region: null,
      bias: 0,
      cost: null,
      eligibleWeight: 1,
      endpoints: [{ ...endpoint, slot: 1, value: '192.0.2.2', weight: 1, status: 'up', fate: 'eligible' }],
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
  trace: { seed: 7, rotationSeed: 7, steps: [step] },
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
      'source address 192.0.2.7: its place is not known',
      'client subnet 81.2.69.0/24: EU-GB at 51.5, -0.1, says geoip-lite',
      'rule 2, placed by the client subnet',
      "pools by nearest (equal within 10 % + 250 km: up to 709 km), endpoints by hash: the client's key is 12, the lowest score wins",
      'pool eu: 463 km to eu-west, with bias 10 417 km; passed over',
      '192.0.2.1  weight 3, health down, out: down',
      'votes eu-west:down  check http://192.0.2.1/',
      'pool us: one of the equals, share 3; weight 1 to draw from',
      '192.0.2.2  weight 1, status up in the zone file, eligible',
      'from pool us: 192.0.2.2 (seed 7)',
      "TTL 30 s: the record's own",
      'scope 16: every client in 81.2.0.0/16 gets the same decision',
      'the server stays silent',
    ];
    let at = 0;
    for (const part of parts) {
      expect(text.slice(at)).toContain(part);
      at = text.indexOf(part, at);
    }
  });

  it('says why a subnet was not used, and when nothing depends on the client', () => {
    const note = 'not globally routable';
    const bySource = { ...step, placedBy: 'source address', subnetNote: note, scope: 0 } as const;
    expect(render({ trace: { seed: 1, rotationSeed: 0, steps: [bySource] } })).toContain(
      `placed by the source address (${note})`,
    );
    const notNeeded = { ...step, placedBy: 'not needed', scope: 0 } as const;
    expect(render({ trace: { seed: 1, rotationSeed: 0, steps: [notNeeded] } })).toContain(
      'scope 0: the decision does not depend on the client',
    );
  });

  it('shows how a weight is corrected by load, and from what', () => {
    const terms = { current: 120, target: 200, ageSeconds: 3.2 };
    const used = { factor: 0.8, load: 0.6, mean: 0.41234, standing: 'used', condition: 'settled', terms } as const;
    const [endpointStatus] = explanation.endpoints;
    const shown = (correction: WeightCorrection) => render({ endpoints: [{ ...endpointStatus!, correction }] });
    expect(shown(used)).toContain(
      'correction x 0.8: load 0.6 against a mean of 0.4123, used, current 120, target 200, ageSeconds 3.2',
    );
    expect(shown({ ...used, load: null, standing: 'stale', terms: {} })).toContain('x 0.8: no load known, stale\n');
    expect(shown({ ...used, condition: 'moving' })).toContain('held while it ramps or is shifted');
  });

  it('says so when nothing is steered', () => {
    expect(render({ trace: { seed: 0, rotationSeed: 0, steps: [] } })).toContain('nothing is steered here');
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
    const fenced = { ...step, rule: null, isFenced: true };
    expect(render({ trace: { ...explanation.trace, steps: [fenced] } })).toContain('  inside a fence, placed by');
    const pinned = { ...step, isFenced: true };
    expect(render({ trace: { ...explanation.trace, steps: [pinned] } })).toContain(
      '  rule 2, inside a fence, placed by',
    );
  });
});
