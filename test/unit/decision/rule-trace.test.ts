import { describe, expect, it } from 'vitest';
import { parseIpAddress } from '../../../src/base/ip-address.ts';
import { narrowFences, narrowRules } from '../../../src/decision/rule-trace.ts';
import { DecisionTrace, type StepTrace } from '../../../src/decision/trace.ts';
import type { Location } from '../../../src/geo/location.ts';
import type { SteeringModel } from '../../../src/zone/zone-model.ts';
import { buildQuery } from '../../tools/dns-client.ts';
import { Asker, modelZone, network, serve } from '../../tools/model-zone.ts';

const pools = { eu: { values: ['192.0.2.1'] }, us: { values: ['192.0.2.2'] } };
const rules = [
  { subnets: ['100.0.0.0/8'], pool: 'eu' },
  { geos: ['EU', 'AF-ZA'], pool: 'eu' },
  { geos: ['AS'], pool: 'us' },
  { pool: 'us' },
];

function stepOf(client: string, steering: Partial<SteeringModel> = {}): StepTrace {
  const networks = [network('20.0.0.0/8', 'DE'), network('100.0.0.0/8', 'DE'), network('30.0.0.0/8', 'JP')];
  const serving = serve([modelZone('example.', [], [{ name: 'www', pools, rules, steering }])], networks);
  const trace = new DecisionTrace();
  new Asker(serving.tables).ask(buildQuery('www.example.', 'A', { id: 1 }), client, 0, trace);
  return trace.steps[0] ?? expect.fail('no step');
}

const place = (continent: string, country: string): Location => ({
  continent,
  country,
  province: null,
  latitude: null,
  longitude: null,
  region: null,
  origin: 'networks',
});
const numbers = (step: StepTrace) => step.rules.map(({ number }) => number);

describe('the rule of a decision', () => {
  it('has its targets and its line', () => {
    expect(stepOf('20.1.1.1').rules[1]).toEqual({
      number: 2,
      file: 'test.yaml',
      line: 11,
      geos: ['EU', 'AF-ZA'],
      subnets: [],
      omitted: 0,
    });
  });

  it('is one of several that lead to the same pool, until the place is known', () => {
    const step = stepOf('20.1.1.1');
    expect(numbers(step)).toEqual([1, 2]);
    narrowRules(step, parseIpAddress('20.1.1.1')!, place('EU', 'DE'));
    expect([numbers(step), step.rule]).toEqual([[2], 2]);
  });

  it('is that of the subnet before that of the place, and the catch-all for nobody else', () => {
    const bySubnet = stepOf('100.1.1.1');
    narrowRules(bySubnet, parseIpAddress('100.1.1.1')!, place('EU', 'DE'));
    expect(numbers(bySubnet)).toEqual([1]);
    const asia = stepOf('30.0.0.1');
    narrowRules(asia, parseIpAddress('30.0.0.1')!, place('AS', 'JP'));
    expect(numbers(asia)).toEqual([3]);
    const nowhere = stepOf('203.0.113.1');
    narrowRules(nowhere, parseIpAddress('203.0.113.1')!, null);
    expect(numbers(nowhere)).toEqual([4]);
  });

  it('is the catch-all alone where a method makes a class of it', () => {
    expect(numbers(stepOf('203.0.113.1', { method: 'weighted' }))).toEqual([4]);
    expect(numbers(stepOf('30.0.0.1', { method: 'weighted' }))).toEqual([3]);
  });

  it('stays open where its list of targets was cut', () => {
    const step = stepOf('20.1.1.1');
    step.rules = step.rules.map((rule) => ({ ...rule, omitted: 3 }));
    narrowRules(step, parseIpAddress('20.1.1.1')!, place('EU', 'DE'));
    expect(numbers(step)).toEqual([1, 2]);
  });
});

describe('the fence of a decision', () => {
  const geo = (text: string) => {
    const [continent, country = null] = text.split('-') as [string, string | undefined];
    return { continent, country, province: null };
  };
  const fences = [['AS', 'AF-ZA'], ['EU-DE'], ['EU']].map((geos) => ({
    geos: geos.map(geo),
    pools: [1],
    onDown: 'serve_anyway' as const,
  }));

  it('is the first that names the place, with its places as in the file', () => {
    const step = stepOf('20.1.1.1', { fences });
    expect(step.fences.map(({ geos }) => geos)).toEqual([['AS', 'AF-ZA'], ['EU-DE'], ['EU']]);
    narrowFences(step, place('EU', 'DE'));
    expect(step.fences).toEqual([{ number: 2, geos: ['EU-DE'], omitted: 0 }]);
    const asia = stepOf('30.0.0.1', { fences });
    narrowFences(asia, place('AS', 'JP'));
    expect(asia.fences.map(({ number }) => number)).toEqual([1]);
  });

  it('is none outside, and stays open where its list of places was cut', () => {
    expect(stepOf('203.0.113.1', { fences }).fences).toEqual([]);
    const step = stepOf('20.1.1.1', { fences });
    step.fences = step.fences.map((fence) => ({ ...fence, omitted: 1 }));
    narrowFences(step, place('EU', 'DE'));
    expect(step.fences).toHaveLength(3);
  });
});
