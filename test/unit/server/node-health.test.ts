import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EndpointRegistry } from '../../../src/health/endpoint-registry.ts';
import { createHealthTable } from '../../../src/health/health-table.ts';
import { systemClock } from '../../../src/redis/system-clock.ts';
import type { AnswerReading } from '../../../src/server/answer-shares.ts';
import { NodeHealth } from '../../../src/server/node-health.ts';
import { StateDir } from '../../../src/server/state-dir.ts';
import { ZONE_DEFAULTS } from '../../../src/server/zone-load.ts';
import { checkSpec } from '../../tools/check-spec.ts';
import { endpointSpec } from '../../tools/endpoint-spec.ts';
import { freePort } from '../../tools/free-port.ts';

const NOTHING: AnswerReading = {
  windowSeconds: 0,
  lastResort: { total: 0, recent: 0 },
  countOf: () => ({ total: 0, recent: 0 }),
};

describe('NodeHealth, embedded', () => {
  let folder: string;
  const running: NodeHealth[] = [];
  const holds: boolean[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'meridian-health-'));
  });
  afterEach(async () => {
    for (const health of running.splice(0)) await health.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** One endpoint at a loopback port where nobody listens. */
  async function start(registry: EndpointRegistry, embeddedAgent: boolean): Promise<NodeHealth> {
    const health = new NodeHealth({
      options: {
        zonesDir: 'none',
        zoneDefaults: ZONE_DEFAULTS,
        geoDataDir: 'none',
        listen: [{ address: '127.0.0.1', port: 1 }],
        redis: null,
        clusterName: 'test',
        nodeName: 'n1',
        workers: 1,
        transport: 'auto',
        stateDir: folder,
        serverId: null,
        serverVersion: null,
        explainFrom: [],
        cookieSecretFile: null,
        rateLimit: { mode: 'off', perSecond: 1, slip: 2, exempt: [] },
        embeddedAgent,
        proxyFrom: [],
        tls: null,
        watchFiles: false,
      },
      registry,
      clock: systemClock,
      log: pino({ level: 'silent' }),
      state: new StateDir(folder, () => undefined),
      onHold: (isHeld) => holds.push(isHeld),
      facts: () => ({ listen: ['127.0.0.1:1'], zones: 1 }),
    });
    running.push(health);
    await health.start();
    return health;
  }

  it('says that verdicts are held until its own agent has been heard', async () => {
    holds.length = 0;
    await start(new EndpointRegistry(createHealthTable(16)), true);
    await expect.poll(() => holds, { timeout: 20_000, interval: 50 }).toEqual([true, false]);
  });

  it('finds a dead endpoint by itself, and knows it after a restart before any check', async () => {
    const port = await freePort();
    const registry = () => {
      const filled = new EndpointRegistry(createHealthTable(16));
      filled.claim([endpointSpec('127.0.0.1', { check: checkSpec({ port, intervalMs: 1_000, fall: 1 }) })]);
      return filled;
    };
    const first = await start(registry(), true);
    await expect.poll(() => first.endpointOf(0, NOTHING)?.verdict, { timeout: 12_000, interval: 50 }).toBe('down');
    expect(first.endpointOf(0, NOTHING)).toMatchObject({ barred: true, votes: [{ region: 'local', vote: 'down' }] });
    await first.stop();
    const second = await start(registry(), false);
    expect(second.endpoints(NOTHING)[0]).toMatchObject({ verdict: 'down', votes: [] });
    expect(second.endpointOf(7, NOTHING)).toBeNull();
  });
});
