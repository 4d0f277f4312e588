import { describe, expect, it } from 'vitest';
import { Rcode } from '../../../src/wire/codes.ts';
import { buildQuery } from '../../tools/dns-client.ts';
import { readReply } from '../../tools/dns-reply.ts';
import { Asker, type DynamicSketch, modelZone, serve } from '../../tools/model-zone.ts';

const ALL_DOWN: DynamicSketch = {
  name: 'www',
  pools: { all: { values: ['192.0.2.1 1 down', '192.0.2.2 1 down'] } },
  rules: [{ pool: 'all' }],
};

/** The answer for a steered record of `sketch`, over UDP with 512 octets. */
function ask(sketch: Partial<DynamicSketch>) {
  const { tables } = serve([modelZone('example.', [], [{ ...ALL_DOWN, ...sketch }])]);
  const asker = new Asker(tables);
  const reply = readReply(asker.ask(buildQuery('www.example.', 'A')) ?? expect.fail('silence'));
  return { reply, tx: asker.tx };
}

describe('a steered RRset', () => {
  it('is written with the TTL of its record, all of what was drawn', () => {
    const pools = { all: { values: ['192.0.2.1', '192.0.2.2', '192.0.2.3'] } };
    const { reply, tx } = ask({ pools, ttl: 17, answers: 3 });
    expect(reply.answers.map(({ ttl }) => ttl)).toEqual([17, 17, 17]);
    expect([tx.isSteered, tx.isAllDown]).toEqual([true, false]);
  });

  it('that is exhausted fails or has no data, as its record says', () => {
    expect(ask({ allDown: 'servfail' }).reply).toMatchObject({ rcode: Rcode.SERVFAIL, answers: [] });
    const none = ask({ allDown: 'nodata' });
    expect(none.reply).toMatchObject({ rcode: Rcode.NOERROR, answers: [] });
    expect([none.reply.authority.length, none.tx.isAllDown]).toEqual([1, true]);
  });
});
