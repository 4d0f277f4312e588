import { describe, expect, it } from 'vitest';
import { createEndpointTally } from '../../../src/answer/endpoint-tally.ts';
import { packHealth, UNKNOWN_WORD, unpackHealth, Verdict } from '../../../src/health/health-table.ts';
import type { Balance } from '../../../src/zone/zone-model.ts';
import { buildQuery } from '../../tools/dns-client.ts';
import { readReply } from '../../tools/dns-reply.ts';
import { Asker, modelZone, serve } from '../../tools/model-zone.ts';

const VALUES = ['192.0.2.1 3', '192.0.2.2 1 up', '192.0.2.3'];
const DOWN = packHealth({ ...unpackHealth(UNKNOWN_WORD), verdict: Verdict.DOWN, barred: true });

function world(balance: Balance, answers: number) {
  const www = {
    name: 'www',
    answers,
    pools: { spare: { values: ['192.0.2.9 1 down'] }, main: { values: VALUES } },
    rules: [{ pool: 'main' }],
    steering: { balance },
  };
  const alias = { name: 'alias', type: 'CNAME' as const, values: [], pools: { p: { values: ['www.example.'] } } };
  const zone = modelZone('example.', ['fixed 60 A 192.0.2.77'], [www, { ...alias, rules: [{ pool: 'p' }] }]);
  const serving = serve([zone]);
  const asker = new Asker(serving.tables, 5);
  asker.tx.tally = createEndpointTally(serving.tables.health.length);
  const countOf = (value: string) => asker.tx.tally![serving.slotOf(value)];
  return { serving, asker, countOf, lastResort: () => asker.tx.tally!.at(-1) };
}

describe('the tally of endpoints answered', () => {
  it.each(['weighted', 'round_robin', 'random', 'hash'] as const)('is the number of records by %s', (balance) => {
    const { asker, countOf } = world(balance, 2);
    const seen: Record<string, number> = {};
    for (let i = 0; i < 300; i++) {
      const reply = readReply(asker.ask(buildQuery('www.example.', 'A', { id: 1 }), `127.0.${i % 256}.1`)!);
      for (const { data } of reply.answers) seen[String(data)] = (seen[String(data)] ?? 0) + 1;
    }
    expect(Object.values(seen).reduce((sum, count) => sum + count, 0)).toBe(600);
    for (const line of VALUES) expect(countOf(line.split(' ')[0]!)).toBe(seen[line.split(' ')[0]!] ?? 0);
    expect(countOf('192.0.2.9')).toBe(0);
  });

  it('counts each link of a chain, and nothing for what is not steered or not written', () => {
    const { asker, countOf, lastResort } = world('weighted', 1);
    asker.ask(buildQuery('alias.example.', 'A', { id: 1 }));
    expect(countOf('www.example.')).toBe(1);
    const sum = () => asker.tx.tally!.reduce((total, count) => total + count, 0);
    expect(sum()).toBe(2);
    asker.ask(buildQuery('fixed.example.', 'A', { id: 1 }));
    asker.ask(buildQuery('www.example.', 'AAAA', { id: 1 }));
    asker.ask(buildQuery('no.example.', 'A', { id: 1 }));
    expect([sum(), lastResort()]).toEqual([2, 0]);
  });

  it('counts the last resort apart', () => {
    const { serving, asker, lastResort } = world('weighted', 1);
    for (const value of ['192.0.2.1', '192.0.2.3']) serving.tables.health[serving.slotOf(value)] = DOWN;
    asker.ask(buildQuery('www.example.', 'A', { id: 1 }));
    expect(lastResort()).toBe(0);
    serving.tables.health[serving.slotOf('192.0.2.2')] = DOWN & ~(0x7ff << 16);
    asker.ask(buildQuery('www.example.', 'A', { id: 1 }));
    expect(lastResort()).toBe(1);
  });
});
