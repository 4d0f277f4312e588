import { describe, expect, it } from 'vitest';
import { NO_LATENCY_FACTS } from '../../../src/geo/pool-costs.ts';
import { createHealthTable } from '../../../src/health/health-table.ts';
import { ExplainError, explainQuery } from '../../../src/server/explanation.ts';
import { ServingState } from '../../../src/server/serving-state.ts';
import { listEndpoints } from '../../../src/zone/steered-record.ts';
import { readYamlZone } from '../../../src/zone/yaml-reader.ts';
import { compileZone } from '../../../src/zone/zone-compile.ts';
import { buildZoneIndex } from '../../../src/zone/zone-index.ts';
import { linkZone, openZoneTable } from '../../../src/zone/zone-table.ts';
import { readReply } from '../../tools/dns-reply.ts';

const ZONE = `'': {type: NS, value: ns1.outside.test.}
plain: {type: A, value: 127.0.0.7}
www:
  type: A
  value: 127.0.0.9
  dynamic:
    pools: {main: {values: [{value: 127.0.0.1, status: up}]}}
    rules: [{pool: main}]
`;

function tables(): ServingState {
  const { model } = readYamlZone({
    origin: 'a.test.',
    files: [{ path: 'a.test.yaml', text: ZONE }],
    include: () => 'no includes',
    serial: 1,
    soaDefaults: {},
    subZones: [],
    escapedSemicolons: true,
  });
  const compiled = compileZone(model!);
  const { image, groups } = compiled;
  linkZone(image, Int32Array.from(listEndpoints(compiled).keys()), Int32Array.from(groups.keys()));
  const state = new ServingState(createHealthTable(16));
  const index = buildZoneIndex([openZoneTable(image)]);
  const classTables = groups.map((_, group) => [group, null] as const);
  state.apply({ locations: null, classTables, zones: [[0, image]], index });
  return state;
}

const explain = (fields: Partial<Parameters<typeof explainQuery>[0]> = {}) =>
  explainQuery({
    name: 'www.a.test',
    type: 'A',
    client: '127.0.0.5',
    ecs: null,
    tables: tables(),
    locations: null,
    regions: [],
    facts: NO_LATENCY_FACTS,
    agentRegions: [],
    endpointOf: () => null,
    seed: 1,
    ...fields,
  });
const replyOf = (answer: string) => readReply(Buffer.from(answer, 'base64'));

describe('explainQuery', () => {
  it('gives the answer and the steps that led to it', () => {
    const { trace, answer, name, type } = explain();
    expect([name, type]).toEqual(['www.a.test.', 'A']);
    expect(trace.steps[0]).toMatchObject({ name: 'www.a.test.', chosen: ['127.0.0.1'] });
    expect(replyOf(answer).answers.map((record) => record.data)).toEqual(['127.0.0.1']);
  });

  it('has no steps for what is not steered', () => {
    expect(explain({ name: 'plain.a.test.' }).trace.steps).toEqual([]);
  });

  it.each(['192.0.2.0/24', '2001:db8::/33', '0.0.0.0/0'])('carries the subnet %s as RFC 7871 has it', (ecs) => {
    const { subnet } = replyOf(explain({ ecs }).answer);
    expect(subnet?.source).toBe(Number(ecs.split('/')[1]));
  });

  it('asks for the status of each endpoint in the trace once', () => {
    const asked: number[] = [];
    explain({
      endpointOf: (slot) => {
        asked.push(slot);
        return null;
      },
    });
    expect(asked).toEqual([0]);
  });

  it('goes into JSON and comes back', () => {
    const explanation = explain();
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
  });

  it.each([{ name: 'a..b' }, { type: 'NOTYPE' }, { client: 'here' }, { ecs: '192.0.2.1/24' }])(
    'refuses %j with a word about it',
    (fields) => {
      expect(() => explain(fields)).toThrow(ExplainError);
    },
  );
});
