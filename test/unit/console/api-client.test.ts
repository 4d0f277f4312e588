import { describe, expect, it, vi } from 'vitest';
import { ApiClient, ApiError } from '../../../src/console/api-client.ts';

function client(answer: () => Response | Promise<Response>) {
  const asked: { url: string; init: RequestInit }[] = [];
  const fetcher = async (url: string | URL | Request, init?: RequestInit) => {
    asked.push({ url: String(url), init: init ?? {} });
    return answer();
  };
  return { asked, client: new ApiClient(fetcher as typeof fetch) };
}

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const headersOf = ({ init }: { readonly init: RequestInit }) => init.headers as Record<string, string>;

describe('the client', () => {
  it('asks the server of the page alone, and shows no token that it was not given', async () => {
    const { asked, client: api } = client(() => json({ ok: true }));
    expect(await api.get('node')).toEqual({ ok: true });
    expect(asked[0]!.url).toBe('/api/v1/node');
    expect(headersOf(asked[0]!)).not.toHaveProperty('authorization');
  });

  it('sends a token until the node does not take it', async () => {
    let status = 200;
    const { asked, client: api } = client(() => json({ error: 'no' }, status));
    api.useToken(' secret\n');
    await api.post('shifts', { factor: 0 });
    expect(headersOf(asked[0]!).authorization).toBe('Bearer secret');
    expect(asked[0]!.init.body).toBe('{"factor":0}');
    status = 401;
    await expect(api.remove('shifts/1')).rejects.toThrow(ApiError);
    expect(api.hasToken).toBe(false);
  });

  it("tells refusals in the node's own words, with what came along", async () => {
    const { client: api } = client(() => json({ error: 'too much', over: [1] }, 409));
    await expect(api.post('shifts', {})).rejects.toMatchObject({
      status: 409,
      message: 'too much',
      body: { over: [1] },
    });
  });

  it('tells an answer that is no JSON, and none at all, from a refusal', async () => {
    await expect(client(() => new Response('<html>', { status: 502 })).client.get('node')).rejects.toMatchObject({
      message: 'the node answered 502',
    });
    const silent = client(() => Promise.reject(new TypeError('fetch failed')));
    await expect(silent.client.get('node')).rejects.toMatchObject({ status: 0, message: 'the node does not answer' });
  });

  it('opens a stream behind the last event', async () => {
    const { asked, client: api } = client(() => new Response('data: x\n\n'));
    const stream = await api.open('events', new AbortController().signal, 'boot-7');
    expect(await new Response(stream).text()).toBe('data: x\n\n');
    expect(headersOf(asked[0]!)['last-event-id']).toBe('boot-7');
  });

  it('asks a node again that is busy planning, but not for ever', async () => {
    vi.useFakeTimers();
    const { asked, client: api } = client(() => json({ error: 'busy' }, 429));
    const refused = expect(api.get('map')).rejects.toMatchObject({ status: 429, message: 'busy' });
    await vi.advanceTimersByTimeAsync(60_000);
    await refused;
    expect(asked).toHaveLength(4);
    vi.useRealTimers();
  });
});
