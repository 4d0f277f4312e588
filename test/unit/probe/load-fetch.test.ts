import { afterEach, describe, expect, it } from 'vitest';
import { LOAD_REPORT_BYTES_MAX } from '../../../src/base/limits.ts';
import { fetchLoad } from '../../../src/probe/load-fetch.ts';
import { checkSpec } from '../../tools/check-spec.ts';
import { type EndpointBehaviour, type HttpEndpoint, startHttpEndpoint } from '../../tools/http-endpoint.ts';

const never = new AbortController().signal;
let endpoint: HttpEndpoint | null = null;

async function fetchFrom(behaviour: EndpointBehaviour, timeoutMs = 2_000) {
  endpoint = await startHttpEndpoint({ behaviour });
  const spec = checkSpec({ target: endpoint.address, port: endpoint.port, method: 'POST', expectText: 'well' });
  return fetchLoad(spec, '/load?all=1', endpoint.address, timeoutMs, never);
}

afterEach(async () => {
  await endpoint?.stop();
  endpoint = null;
});

describe('fetchLoad', () => {
  it('asks by GET for the path and reads what the endpoint says of its load', async () => {
    const load = await fetchFrom({ does: 'answer', body: '{"current": 12, "target": 40}' });
    expect(load).toMatchObject({ current: 12, target: 40, validSeconds: 60 });
    expect(endpoint!.requests).toMatchObject([{ method: 'GET', path: '/load?all=1' }]);
  });

  it.each<[string, EndpointBehaviour, RegExp]>([
    ['another status', { does: 'answer', status: 404 }, /^status 404$/],
    ['no report', { does: 'answer', body: 'ok' }, /^not JSON$/],
    [
      'a body without end',
      { does: 'endless-body' },
      new RegExp(`LOAD_REPORT_BYTES_MAX \\(${LOAD_REPORT_BYTES_MAX}\\)`),
    ],
    ['a closed connection', { does: 'close' }, /^connection/],
  ])('says why there is none: %s', async (_, behaviour, fault) => {
    expect(await fetchFrom(behaviour)).toEqual({ fault: expect.stringMatching(fault) });
  });

  it.each<EndpointBehaviour>([{ does: 'silence' }, { does: 'drip-body', everyMs: 20 }])(
    'takes no longer than it may: $does',
    async (behaviour) => {
      expect(await fetchFrom(behaviour, 150)).toEqual({ fault: expect.stringMatching(/^timeout after 150 ms/) });
    },
  );
});
