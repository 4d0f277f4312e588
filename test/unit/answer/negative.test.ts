import { describe, expect, it } from 'vitest';
import { buildQuery } from '../../tools/dns-client.ts';
import { readReply } from '../../tools/dns-reply.ts';
import { Asker, modelZone, serve } from '../../tools/model-zone.ts';

describe('a negative answer', () => {
  it('names the zone by a pointer into the question and keeps the SOA as it is but for its TTL', () => {
    const asker = new Asker(serve([modelZone('example.', [])]).tables);
    const query = buildQuery('a.b.example.', 'A');
    const bytes = asker.ask(query) ?? expect.fail('silence');
    expect([...bytes.subarray(query.length, query.length + 2)]).toEqual([0xc0, 12 + 4]);
    const [soa] = readReply(bytes).authority;
    expect(soa?.text).toBe('example. soa ns1.example. host.example. 1 3600 900 604800 60');
    expect(soa?.ttl).toBe(60);
  });

  it('has the SOA of the zone at hand, not of one above it', () => {
    const asker = new Asker(serve([modelZone('example.', []), modelZone('sub.example.', [])]).tables);
    const reply = readReply(asker.ask(buildQuery('x.sub.example.', 'A')) ?? expect.fail('silence'));
    expect(reply.authority[0]?.name).toBe('sub.example.');
  });
});
