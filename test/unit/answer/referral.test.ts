import { describe, expect, it } from 'vitest';
import { buildQuery } from '../../tools/dns-client.ts';
import { readReply } from '../../tools/dns-reply.ts';
import { Asker, modelZone, serve } from '../../tools/model-zone.ts';

describe('a referral', () => {
  it('takes no steered address as glue: it would be cached for the life of the delegation', () => {
    const pools = { p: { values: ['192.0.2.9'] } };
    const steered = { name: 'ns1', pools, rules: [{ pool: 'p' }] };
    const lines = ['sub 300 NS ns1', 'sub 300 NS ns2', 'ns2 300 A 192.0.2.2', 'ns1 300 AAAA 2001:db8::1'];
    const asker = new Asker(serve([modelZone('example.', lines, [steered])]).tables);
    const reply = readReply(asker.ask(buildQuery('x.sub.example.', 'A')) ?? expect.fail('silence'));
    expect(reply.additional.map((record) => record.text).sort()).toEqual([
      'ns1.example. aaaa 2001:db8::1',
      'ns2.example. a 192.0.2.2',
    ]);
  });

  it('to thirteen servers with both kinds of addresses fits a datagram (RFC 9471, RFC 9715)', () => {
    const zone = 'delegated';
    const lines = Array.from({ length: 13 }, (_, i) => [
      `${zone} 300 NS ns${i}.${zone}`,
      `ns${i}.${zone} 300 A 192.0.2.${i}`,
      `ns${i}.${zone} 300 AAAA 2001:db8::${i}`,
    ]);
    const asker = new Asker(serve([modelZone('example.', lines.flat())]).tables);
    const bytes = asker.ask(buildQuery(`www.${zone}.example.`, 'A', { edns: 1232 })) ?? expect.fail('silence');
    const reply = readReply(bytes);
    expect(reply).toMatchObject({ tc: false });
    expect(reply.additional).toHaveLength(26);
    expect(new Set(reply.additional.map((record) => record.name)).size).toBe(13);
  });

  it('whose NS do not fit is truncated, not cut', () => {
    const lines = Array.from(
      { length: 40 },
      (_, i) => `sub 300 NS a-rather-long-name-of-a-server-${i}.elsewhere.test.`,
    );
    const asker = new Asker(serve([modelZone('example.', lines)]).tables);
    const query = buildQuery('x.sub.example.', 'A');
    expect(readReply(asker.ask(query) ?? expect.fail('silence'))).toMatchObject({ tc: true, aa: false, authority: [] });
    expect(readReply(asker.ask(query, '127.0.0.1', 1) ?? expect.fail('silence')).authority).toHaveLength(40);
  });
});
