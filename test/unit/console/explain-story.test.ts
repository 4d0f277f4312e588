import { describe, expect, it } from 'vitest';
import type { ExplainAnswer } from '../../../src/console/api-answers.ts';
import {
  answerText,
  askerChapters,
  costText,
  endpointText,
  followChapter,
  landmarkLines,
  poolText,
  stepChapters,
} from '../../../src/console/explain-story.ts';
import type { EndpointTrace, PoolTrace, StepTrace } from '../../../src/decision/trace.ts';

const step = (fields: Partial<StepTrace> = {}): StepTrace =>
  ({
    name: 'www.example.com.',
    type: 'A',
    placedBy: 'client subnet',
    subnetNote: null,
    rules: [{ number: 2, file: 'zones/example.com.yaml', line: 14, geos: ['EU', 'AF-ZA'], subnets: [], omitted: 0 }],
    isFenced: false,
    fences: [],
    method: 'nearest',
    balance: 'round_robin',
    key: null,
    keyedBy: null,
    draws: [],
    trickle: 0,
    minHealthy: 0,
    isSpread: false,
    isTrickled: false,
    nearTie: null,
    tieKm: null,
    tieMs: null,
    scope: 24,
    pools: [],
    outcome: 'pool eu',
    chosen: ['192.0.2.1'],
    ttlSeconds: 30,
    ttlReason: "the record's own",
    ...fields,
  }) as StepTrace;
const textOf = (fields: Partial<StepTrace>) =>
  stepChapters(step(fields))
    .flatMap(({ lines }) => lines)
    .join('\n');
const pool = (fields: Partial<PoolTrace>) =>
  ({
    cost: null,
    bias: 0,
    share: null,
    fate: 'drawn from',
    eligibleWeight: 1,
    healthyShare: 1,
    ...fields,
  }) as PoolTrace;
const endpoint = (fields: Partial<EndpointTrace>) =>
  ({
    status: 'obey',
    verdict: 1,
    fate: 'eligible',
    isChosen: true,
    isSuspect: false,
    factor: 1,
    ...fields,
  }) as EndpointTrace;

describe('the story of an answer', () => {
  it('begins with the answer', () => {
    expect(answerText(step())).toBe('192.0.2.1, out of pool eu, to be kept for 30 s.');
    expect(answerText(step({ chosen: [], outcome: 'nothing left' }))).toBe('No record: nothing left.');
  });

  it('names the rule with its line, and what else led here', () => {
    expect(textOf({})).toContain('Rule 2 (zones/example.com.yaml:14) is for EU, AF-ZA.');
    expect(textOf({ rules: [{ ...step().rules[0]!, geos: [] }] })).toContain('everybody else');
    expect(textOf({ rules: [{ ...step().rules[0]!, omitted: 40 }] })).toContain('and 30 more');
    expect(textOf({ isFenced: true })).toContain('inside a fence');
    const fences = [{ number: 1, geos: ['EU', 'AF-ZA'], omitted: 0 }];
    expect(textOf({ isFenced: true, fences })).toContain('a fence around EU, AF-ZA: only');
  });

  it.each([
    [{ draws: [{ bound: 8, value: 3 }] }, 'by chance: 3 of 0 to 7'],
    [{ key: 7, keyedBy: 'source address' }, "by the source address's prefix, without chance"],
    [{ isSpread: true }, 'so many queries that they are spread'],
    [{}, 'there was nothing to draw'],
    [{ chosen: [], outcome: 'SERVFAIL' }, 'Nothing was chosen: SERVFAIL'],
    [{ placedBy: 'not needed' }, 'does not matter'],
    [{ nearTie: { ratio: 0, marginMs: 1 }, tieKm: 1234.4 }, 'up to 1,234 km'],
    [{ nearTie: { ratio: 0, marginMs: 1 }, tieMs: 4.24 }, 'up to 4.2 ms'],
    [{ minHealthy: 0.5 }, 'less than 50 %'],
    [{ isTrickled: true, trickle: 0.01 }, 'one of the 1 %'],
  ] as const)('of %j says: %s', (fields, words) => expect(textOf(fields as Partial<StepTrace>)).toContain(words));

  it('tells where the client is, and never invents a place', () => {
    const place = {
      continent: 'EU',
      country: 'DE',
      province: null,
      latitude: 52.5,
      longitude: 13.4,
      region: null,
      origin: 'networks',
    };
    const told = (fields: object) =>
      askerChapters({
        client: '192.0.2.1',
        clientLocation: place,
        ecs: null,
        ecsLocation: null,
        path: [],
        trace: { steps: [] },
        ...fields,
      } as unknown as ExplainAnswer)
        .flatMap(({ lines }) => lines)
        .join('\n');
    expect(told({})).toContain('EU-DE at 52.5, 13.4, says networks.yaml');
    expect(told({ clientLocation: null })).toContain('not known');
    expect(told({ ecs: '198.51.100.0/24' })).toContain('client subnet 198.51.100.0/24');
    for (const found of ['exists', 'wildcard', 'DNAME', 'delegated', 'does not exist', 'alias target', 'outside'])
      expect(
        told({ path: [{ name: 'www.example.com.', zone: 'example.com.', found, by: '*.example.com.' }] }),
        found,
      ).toContain('www.example.com.');
  });

  it('shows every term of a cost', () => {
    expect(costText(pool({}))).toBeNull();
    expect(costText(pool({ cost: { distanceKm: 1000.4, biasedKm: 500, latency: null }, bias: 50 }))).toBe(
      '1,000 km, with bias 50 500 km',
    );
    const latency = {
      lineMs: 12,
      known: { ms: 18, from: 'AS64500', count: 40 },
      roundTripMs: 20.25,
      biasedMs: 20.25,
      landmarks: [{ region: 'eu', distanceKm: 100, endpointKm: 5, measuredMs: 9, byMs: 20 }],
    };
    const measured = pool({ cost: { distanceKm: 1, biasedKm: null, latency } as PoolTrace['cost'], share: 2 });
    expect(costText(measured)).toBe('20 ms; one of the equals, share 2');
    expect(landmarkLines(measured).join('\n')).toMatch(
      /alone 12 ms\neu, 100 km .* measures 9 ms.*\nlatency.csv knows 18 ms from AS64500, measured 40 times/,
    );
  });

  it('says why a pool or an endpoint is out', () => {
    expect(poolText(pool({ fate: 'below min_healthy', healthyShare: 0.25 }))).toContain('25 % of its weight is left');
    expect(poolText(pool({ eligibleWeight: 0 }))).toContain('although');
    expect(endpointText(endpoint({}))).toBe('health up; drawn');
    expect(endpointText(endpoint({ verdict: 2, fate: 'down', isChosen: false }))).toBe('health down; out: down');
    expect(endpointText(endpoint({ factor: 0.5, isShifted: true, isSuspect: true, isChosen: false }))).toBe(
      'health up, a check failed and the regions do not agree yet, at 50 % of its weight by a shift; could be drawn',
    );
  });
});

describe('what follows its targets', () => {
  it('is a chapter: each record with the reason, and a TTL with what shortened it', () => {
    const record = { value: '1 1 1 a.', target: 'a.', isLeftOut: false };
    const records = [
      { ...record, state: 'down', isLeftOut: true },
      { ...record, state: 'alive' },
      { ...record, state: 'unknown' },
      { ...record, target: null, state: 'unknown' },
    ] as const;
    const follow = { name: '_s._tcp.b.', type: 'SRV', ttlSeconds: 20, ownTtlSeconds: 300, records };
    expect(followChapter(follow)).toEqual({
      title: '_s._tcp.b. SRV',
      lines: [
        '1 1 1 a. is left out; a. is down for this client.',
        '1 1 1 a. is served; a. can be served.',
        '1 1 1 a. is served; no zone here has addresses of a..',
        '1 1 1 a. is served; there is no target to follow.',
        'TTL 20 s, not its own 300 s: a target is kept no longer.',
      ],
    });
    expect(followChapter({ ...follow, records: [], ttlSeconds: 300 }).lines).toEqual(['TTL 300 s.']);
  });
});
