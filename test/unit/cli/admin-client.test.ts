import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { adminUrl, fetchAdmin } from '../../../src/cli/admin-client.ts';

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function answering(status: number, body: string): Promise<{ address: string; port: number }> {
  server = createServer((_request, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { address: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

it('returns what the node says', async () => {
  expect(await fetchAdmin(await answering(200, '{"mode":"NORMAL"}'), '/api/v1/status')).toEqual({ mode: 'NORMAL' });
});

it('says what to do when no node answers', async () => {
  const address = await answering(200, '{}');
  await new Promise((resolve) => server?.close(resolve));
  await expect(fetchAdmin(address, '/')).rejects.toThrow(
    /no node answers at http:\/\/127\.0\.0\.1:\d+ \(connection refused\).*--admin/,
  );
});

it('hands on why the node refused', async () => {
  await expect(fetchAdmin(await answering(503, '{"error":"the node is still loading"}'), '/')).rejects.toThrow(
    /503: the node is still loading/,
  );
});

it('asks a wildcard address on loopback', () => {
  expect(adminUrl({ address: '0.0.0.0', port: 9153 })).toBe('http://127.0.0.1:9153');
  expect(adminUrl({ address: '::', port: 9153 })).toBe('http://[::1]:9153');
  expect(adminUrl({ address: '192.0.2.1', port: 1 })).toBe('http://192.0.2.1:1');
});
