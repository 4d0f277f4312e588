import { describe, expect, it } from 'vitest';
import { environmentName, SETTINGS } from '../../../src/cli/settings.ts';

describe('settings', () => {
  it('name each flag, key and variable alike', () => {
    expect(environmentName('geo-data')).toBe('MERIDIAN_GEO_DATA');
    for (const key of Object.keys(SETTINGS)) expect(key).toMatch(/^[a-z]+(-[a-z0-9]+)*$/);
  });

  it('take listen as one address, a comma list or a list', () => {
    const one = [{ address: '127.0.0.1', port: 1 }];
    expect(SETTINGS.listen.schema.parse('127.0.0.1:1')).toEqual(one);
    expect(SETTINGS.listen.schema.parse(['127.0.0.1:1'])).toEqual(one);
    expect(SETTINGS.listen.schema.parse('127.0.0.1:1, [::1]:2')).toHaveLength(2);
    expect(SETTINGS.listen.schema.safeParse([]).success).toBe(false);
  });

  it('take the API address also as the URL that a browser shows', () => {
    expect(SETTINGS.admin.schema.parse('http://127.0.0.1:9153/')).toEqual({ address: '127.0.0.1', port: 9153 });
    expect(SETTINGS.admin.schema.parse('off')).toBe('off');
    expect(SETTINGS.admin.schema.safeParse('http://example.com/').success).toBe(false);
  });

  it('never repeat a Redis URL in a fault, since it may hold a password', () => {
    const result = SETTINGS.redis.schema.safeParse('http://user:hunter2@host');
    expect(result.success).toBe(false);
    expect(JSON.stringify(result.error)).not.toContain('hunter2');
  });

  it('take true, yes, on and 1 for a flag from the environment', () => {
    for (const text of ['true', 'Yes', 'on', '1', true]) expect(SETTINGS.json.schema.parse(text)).toBe(true);
    for (const text of ['false', 'no', 'off', '0', false]) expect(SETTINGS.json.schema.parse(text)).toBe(false);
    expect(SETTINGS.json.schema.safeParse('maybe').success).toBe(false);
  });

  it('take names of the SOA with their final dot or as one label', () => {
    for (const name of ['ns1.example.com.', 'ns1', '@', 'first\\.last']) {
      expect(SETTINGS['soa-mname'].schema.safeParse(name).success).toBe(true);
    }
    for (const name of ['ns1.example.com', 'a..b.', `${'x'.repeat(64)}.`, '', 7]) {
      expect(SETTINGS['soa-mname'].schema.safeParse(name).success).toBe(false);
    }
    const mail = SETTINGS['soa-rname'].schema.safeParse('dns@example.com');
    expect(JSON.stringify(mail.error)).toContain('dns.example.com.');
    expect(SETTINGS['soa-retry'].schema.parse('60')).toBe(60);
    expect(SETTINGS['soa-retry'].schema.safeParse('1h').success).toBe(false);
    expect(SETTINGS['soa-retry'].schema.safeParse(2 ** 31).success).toBe(false);
  });

  it('refuse a subnet with bits beyond its length', () => {
    expect(SETTINGS.subnet.schema.safeParse('192.0.2.1/24').success).toBe(false);
    expect(SETTINGS.subnet.schema.parse('192.0.2.0/24')).toBe('192.0.2.0/24');
  });
});
