import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { renderDemand, runDemand } from '../../../src/cli/demand-command.ts';
import { parseDemandFile } from '../../../src/geo/demand-file.ts';

const REPORT = {
  windowSeconds: 5_400,
  queriesPerSample: 64,
  samples: 3,
  places: [
    { place: 'EU-DE@+52.520+013.405', queries: 128 },
    { place: 'unknown', queries: 64 },
  ],
};
afterEach(() => vi.restoreAllMocks());

async function run(report: unknown, json: boolean): Promise<{ code: number; out: string }> {
  const server = createServer((request, response) => {
    response.end(JSON.stringify(request.url === '/api/v1/demand' ? report : { error: 'no such route' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    out += String(part);
    return true;
  });
  try {
    const admin = { address: '127.0.0.1', port: (server.address() as AddressInfo).port };
    return { code: await runDemand({ admin, json }), out };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('status --demand', () => {
  it('is a demand file, word for word', () => {
    const { rows, faults } = parseDemandFile('demand.csv', renderDemand(REPORT));
    expect(faults).toEqual([]);
    expect(rows).toEqual([
      { place: { code: 'EU-DE', latitude: 52.52, longitude: 13.405 }, queries: 128 },
      { place: { code: null, latitude: null, longitude: null }, queries: 64 },
    ]);
  });

  it('asks the node, and prints JSON when told to', async () => {
    expect(await run(REPORT, false)).toEqual({ code: 0, out: renderDemand(REPORT) });
    expect(JSON.parse((await run(REPORT, true)).out)).toEqual(REPORT);
  });

  it('fails where nothing is counted yet, rather than write a file that says nothing', async () => {
    const failure = { exitCode: 1, message: expect.stringMatching(/has counted no steered query yet: one in 64/) };
    await expect(run({ ...REPORT, places: [] }, false)).rejects.toMatchObject(failure);
  });
});
