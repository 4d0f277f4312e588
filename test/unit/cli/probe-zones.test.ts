import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProbeZones } from '../../../src/cli/probe-zones.ts';
import { ZONE_DEFAULTS } from '../../../src/server/zone-load.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meridian-probe-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A zone whose one record has these endpoints. */
function write(zone: string, endpoints: string, port = 8080): void {
  const text = `www:
  type: A
  values: [127.0.0.1]
  dynamic:
    pools: {p: {values: [${endpoints}]}}
    rules: [{pool: p}]
  octodns: {healthcheck: {protocol: TCP, port: ${port}}}
`;
  writeFileSync(join(folder, `${zone}.yaml`), text);
}

describe('the checks of an agent', () => {
  it('are those of endpoints whose health decides, each target once', () => {
    write('a.example', '{value: 127.0.0.1}, {value: 127.0.0.2, status: up}, {value: 127.0.0.3, status: down}');
    write('b.example', '{value: 127.0.0.1}, {value: 127.0.0.4}');
    const look = new ProbeZones(folder, ZONE_DEFAULTS).look();
    expect(look.checks?.map((check) => check.target).sort()).toEqual(['127.0.0.1', '127.0.0.4']);
    expect(look.zones).toBe(2);
  });

  it('come only when they have changed', () => {
    write('a.example', '{value: 127.0.0.1}');
    const zones = new ProbeZones(folder, ZONE_DEFAULTS);
    expect(zones.look().checks).toHaveLength(1);
    expect(zones.look().checks).toBeNull();
    write('a.example', '{value: 127.0.0.1}', 8081);
    expect(zones.look().checks?.[0]?.port).toBe(8081);
  });

  it('stay while a file is broken, which is told once, and go with the file', () => {
    write('a.example', '{value: 127.0.0.1}');
    const zones = new ProbeZones(folder, ZONE_DEFAULTS);
    zones.look();
    writeFileSync(join(folder, 'a.example.yaml'), 'www: {type: A, value: nonsense}\n');
    const broken = zones.look();
    expect(broken.checks).toBeNull();
    expect(broken.faults[0]).toContain('a.example.yaml:1:');
    expect(zones.look().faults).toEqual([]);
    rmSync(join(folder, 'a.example.yaml'));
    expect(zones.look().checks).toEqual([]);
  });

  it('stay while the directory cannot be read', () => {
    write('a.example', '{value: 127.0.0.1}');
    const zones = new ProbeZones(folder, ZONE_DEFAULTS);
    zones.look();
    rmSync(folder, { recursive: true });
    const gone = zones.look();
    expect(gone.checks).toBeNull();
    expect(gone.faults).toHaveLength(1);
  });
});
