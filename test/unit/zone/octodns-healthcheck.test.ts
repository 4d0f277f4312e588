import { describe, expect, it } from 'vitest';
import type { CheckSpec } from '../../../src/zone/zone-model.ts';
import { codesOf, readZoneText } from './yaml-zone.ts';

const zoneOf = (octodns: string, name = 'www', value = '192.0.2.1') =>
  readZoneText(
    `'${name}': {type: A, value: 192.0.2.9, octodns: ${octodns}, dynamic: {pools: {p: {values: [{value: ${value}}]}}, rules: [{pool: p}]}}`,
  );
const checkOf = (octodns: string, name?: string): CheckSpec =>
  zoneOf(octodns, name).model!.dynamics[0]!.pools[0]!.endpoints[0]!.check;

describe('health checks', () => {
  it("are octoDNS's by default, and do not verify certificates", () => {
    expect(checkOf('{}')).toMatchObject({
      protocol: 'HTTPS',
      target: '192.0.2.1',
      port: 443,
      host: 'www.unit.test',
      path: '/_dns',
      method: 'GET',
      expectStatus: [[200, 200]],
      expectText: null,
      tlsVerify: false,
      intervalMs: 5_000,
      timeoutMs: 1_500,
      rise: 2,
      fall: 2,
      quorum: 'majority',
    });
  });

  it('take host, path, port and protocol from the file; a null host is the value', () => {
    const check = checkOf("{healthcheck: {protocol: HTTP, host: ~, path: ready, port: '8080'}}");
    expect(check).toMatchObject({ protocol: 'HTTP', host: '192.0.2.1', path: '/ready', port: 8080 });
    expect(checkOf('{healthcheck: {protocol: ICMP}}')).toMatchObject({
      port: 0,
      path: '',
      method: '',
      expectStatus: [],
    });
    expect(codesOf(zoneOf('{healthcheck: {port: many}}'))).toEqual(['healthcheck-port']);
  });

  it('of a wildcard ask each endpoint for itself, and say so', () => {
    expect(checkOf('{}', '*').host).toBe('192.0.2.1');
    expect(codesOf(zoneOf('{}', '*'))).toEqual(['healthcheck-wildcard']);
  });

  it('have equal names exactly when they are equal', () => {
    const plain = checkOf('{}');
    expect(checkOf('{healthcheck: {port: 443}}').id).toBe(plain.id);
    expect(plain.id).toMatch(/^https:\/\/192\.0\.2\.1:443\/_dns\?host=www\.unit\.test&method=GET&status=200&/);
    const others = [
      '{healthcheck: {path: "/_dns?host=x"}}',
      '{meridian: {healthcheck: {rise: 3}}}',
      '{meridian: {healthcheck: {headers: {a: "1,b:2"}}}}',
      '{meridian: {healthcheck: {headers: {a: "1", b: "2"}}}}',
      '{meridian: {healthcheck: {expect_body: majority}}}',
      '{meridian: {healthcheck: {tls_verify: true}}}',
      '{meridian: {healthcheck: {load_path: /load}}}',
    ].map((octodns) => checkOf(octodns).id);
    expect(new Set([plain.id, ...others]).size).toBe(8);
    expect(checkOf('{meridian: {healthcheck: {load_path: /load}}}').loadPath).toBe('/load');
    expect(plain.loadPath).toBeNull();
  });

  it('are refused where octoDNS refuses them', () => {
    expect(codesOf(zoneOf('{healthcheck: {protocol: FTP}}'))).toEqual(['healthcheck-protocol']);
    expect(codesOf(zoneOf('{healthcheck: ~}'))).toEqual(['healthcheck-not-map']);
  });

  it('never probe where clouds keep credentials', () => {
    expect(codesOf(zoneOf('{}', 'www', '169.254.169.254'))).toEqual(['healthcheck-metadata']);
    expect(codesOf(zoneOf('{}', 'www', '169.254.169.254, status: up'))).toEqual([]);
    expect(codesOf(zoneOf('{meridian: {healthcheck: {target: 169.254.169.254}}}'))).toEqual(['healthcheck-metadata']);
  });
});
