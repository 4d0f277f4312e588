import { expect, it } from 'vitest';
import { loadEndpoints } from '../../../src/console/load-endpoints.ts';

/** A node with `total` endpoints that gives `most` at once. */
function node(total: number, most: number) {
  const asked: string[] = [];
  const client = {
    get: async <T>(path: string) => {
      asked.push(path);
      const offset = Number(/offset=(\d+)/.exec(path)![1]);
      const endpoints = Array.from({ length: Math.min(most, Math.max(0, total - offset)) }, (_, i) => ({
        key: `${offset + i}`,
      }));
      return { total, offset, endpoints } as T;
    },
  };
  return { asked, client };
}

it.each([
  [0, 1],
  [500, 1],
  [1201, 3],
])('loads %i endpoints in %i requests, each once', async (total, requests) => {
  const { asked, client } = node(total, 500);
  const loaded = await loadEndpoints(client, new AbortController().signal);
  expect(loaded.endpoints.map(({ key }) => Number(key))).toEqual(Array.from({ length: total }, (_, i) => i));
  expect(asked).toHaveLength(requests);
});

it('stops at its limit, at a node that says more than it gives, and says how many there are', async () => {
  const many = await loadEndpoints(node(25_000, 500).client, new AbortController().signal);
  expect([many.endpoints.length, many.total]).toEqual([10_000, 25_000]);
  const liar = await loadEndpoints(node(3, 0).client, new AbortController().signal);
  expect(liar.endpoints).toEqual([]);
});
