import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EndpointRegistry } from '../../../src/health/endpoint-registry.ts';
import { createHealthTable } from '../../../src/health/health-table.ts';
import { checksToMake } from '../../../src/server/checks-to-make.ts';
import { ZoneFileReader } from '../../../src/server/zone-files.ts';
import { loadZone, ZONE_DEFAULTS } from '../../../src/server/zone-load.ts';
import { listEndpoints } from '../../../src/zone/steered-record.ts';
import { compileZone } from '../../../src/zone/zone-compile.ts';
import type { EndpointStatus } from '../../../src/zone/zone-model.ts';

const SAMPLE = 'zones/gslb.example.com.yaml';

/** The endpoints of the sample zone, each with the status that `change` gives it. */
function registryOfSample(change: (status: EndpointStatus) => EndpointStatus = (status) => status): EndpointRegistry {
  const source = { zone: 'gslb.example.com.', yamlFiles: [SAMPLE], masterFile: null, faults: [] };
  const { model, faults } = loadZone(source, new ZoneFileReader('zones', Date.now()), ZONE_DEFAULTS);
  expect(faults.filter((fault) => fault.severity === 'error')).toEqual([]);
  const registry = new EndpointRegistry(createHealthTable(256));
  const { origin, steered } = compileZone(model!);
  const changed = steered.map((record) => ({
    ...record,
    endpoints: record.endpoints.map((endpoint) => ({ ...endpoint, status: change(endpoint.status) })),
  }));
  registry.claim(listEndpoints({ origin, steered: changed }));
  return registry;
}

describe('checksToMake', () => {
  it('asks only endpoints that obey their health', () => {
    expect(readFileSync(SAMPLE, 'utf8')).toContain('status: up');
    expect(checksToMake(registryOfSample(() => 'up')).size).toBe(0);
    expect(checksToMake(registryOfSample(() => 'down')).size).toBe(0);
    expect(checksToMake(registryOfSample(() => 'obey')).size).toBeGreaterThan(1);
  });

  it('sends nothing beyond loopback for the sample zones', () => {
    const targets = [...checksToMake(registryOfSample()).values()].map((check) => check.target);
    expect(targets.length).toBeGreaterThan(0);
    for (const target of targets) expect(target).toMatch(/^(127\.|::1$)/);
  });
});
