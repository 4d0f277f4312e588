/**
 * What follows its targets agrees with them, over random health and clients and every method and balance: an SRV leaves out exactly those
 * targets whose own addresses are exhausted for the client, hints are addresses that the client may get and never what is down, nothing
 * depends on a bit past the scope, and an explanation replays to the same octets.
 */

import { describe, expect, it } from 'vitest';
import { Counter } from '../../src/answer/counters.ts';
import { formatIpPrefix, prefixOf } from '../../src/base/ip-prefix.ts';
import { RandomStream } from '../../src/base/random.ts';
import { NO_LATENCY_FACTS } from '../../src/geo/pool-costs.ts';
import { packHealth, UNKNOWN_WORD, unpackHealth, Verdict } from '../../src/health/health-table.ts';
import { explainQuery } from '../../src/server/explanation.ts';
import { replayExplanation } from '../../src/server/replay.ts';
import { rdataToText } from '../../src/wire/rdata.ts';
import { BALANCE_ORDER, METHOD_ORDER } from '../../src/zone/zone-image.ts';
import { buildQuery } from '../tools/dns-client.ts';
import { type Reply, readReply } from '../tools/dns-reply.ts';
import { Asker, type DynamicSketch, modelZone, serve } from '../tools/model-zone.ts';
import { NETWORKS, REGIONS } from '../tools/steering-world.ts';

const ROUNDS = 40;
const DOWN = packHealth({ ...unpackHealth(UNKNOWN_WORD), verdict: Verdict.DOWN, barred: true });
const COMBINATIONS = METHOD_ORDER.flatMap((method) => BALANCE_ORDER.map((balance) => ({ method, balance })));
const TARGETS = ['one', 'two', 'three'];
const LINES = [
  ...TARGETS.map((name, i) => `_s._tcp 300 SRV ${i} 1 53 ${name}`),
  ...TARGETS.map((name, i) => `web 300 HTTPS ${i + 1} ${name} alpn=h2 ipv4hint=198.51.100.${i} port=443`),
];
const FOLLOWS = [
  { owner: '_s._tcp', type: 'SRV' },
  { owner: 'web', type: 'HTTPS', hints: true },
] as const;

/** Three names with pools in three regions; the third octet of their addresses tells the name. */
function world(steering: DynamicSketch['steering'] & object) {
  const dynamics = TARGETS.map((name, i): DynamicSketch => {
    const at = (octet: number) => `192.0.${i}.${octet}`;
    const pools = {
      ap: { region: 'tokyo', values: [`${at(1)} 2`, at(2)] },
      eu: { fallback: 'ap', region: 'dublin', share: 7, values: [`${at(11)} 3`, at(12)] },
      us: { region: 'virginia', share: 2, values: [at(21)] },
    };
    const rules = [{ geos: ['AS-JP'], pool: 'us' }, { pool: 'eu' }];
    return { name, ttl: 20 + i, pools, rules, values: [at(250)], answers: 2, steering };
  });
  return serve([modelZone('example.', LINES, dynamics, FOLLOWS)], NETWORKS, REGIONS);
}

const textsOf = ({ answers }: Reply) =>
  answers.map(({ type, data, text }) =>
    data instanceof Uint8Array ? rdataToText(type, data) : text.split(' ').slice(2).join(' '),
  );

describe.each(COMBINATIONS)('targets by $method with $balance', ({ method, balance }) => {
  const isKept = balance === 'hash';
  const serving = world({ method, balance, ...(isKept ? { sticky: { prefixV4: 20, prefixV6: 48 } } : {}) });
  const { tables, registry } = serving;
  const random = new RandomStream(41);
  const ask = (name: string, type: string, ecs: string, seed: number) => {
    const asker = new Asker(tables, seed);
    const bytes = asker.ask(buildQuery(`${name}.example.`, type, { id: 0, ecs }), '127.0.0.1', 1);
    return { reply: readReply(bytes ?? expect.fail('silence')), isAllDown: asker.counters[Counter.ALL_DOWN] === 1 };
  };
  const shake = () => {
    const oneIn = 1 + random.nextBelow(4);
    for (const { slot } of registry.endpoints())
      tables.health[slot] = random.nextBelow(oneIn) === 0 ? DOWN : UNKNOWN_WORD;
  };
  const anyClient = () => {
    const words = Uint32Array.of(20 * 2 ** 24 + random.nextBelow(7) * 2 ** 16 + random.nextBelow(2 ** 16), 0, 0, 0);
    return prefixOf({ family: 4, words }, 24);
  };

  it('are left out exactly when they have nothing for the client, and an SRV is never empty', () => {
    for (let round = 0; round < ROUNDS; round++) {
      shake();
      const ecs = formatIpPrefix(anyClient());
      const { reply, isAllDown } = ask('_s._tcp', 'SRV', ecs, round);
      const alive = TARGETS.filter((name) => !ask(name, 'A', ecs, round).isAllDown);
      const left = alive.length === 0 ? TARGETS : alive;
      expect(textsOf(reply)).toEqual(left.map((name) => `${TARGETS.indexOf(name)} 1 53 ${name}.example.`));
      expect(isAllDown).toBe(alive.length === 0);
      expect(reply.answers[0]!.ttl).toBe(20);
    }
  });

  it('give hints that their addresses would give, never of what is down', () => {
    for (let round = 0; round < ROUNDS; round++) {
      shake();
      const ecs = formatIpPrefix(anyClient());
      const { reply } = ask('web', 'HTTPS', ecs, round);
      const isUp = (value: string) => tables.health[serving.slotOf(value)] !== DOWN;
      for (const text of textsOf(reply)) {
        const [, name = '', hint] = /^\d (\w+)\.example\. alpn="h2" port=443(?: ipv4hint=(\S+))?$/.exec(text) ?? [];
        expect(TARGETS, text).toContain(name);
        const addresses = ask(name, 'A', ecs, round);
        expect(hint === undefined, text).toBe(addresses.isAllDown);
        const hints = hint?.split(',') ?? [];
        for (const value of hints) expect([value, isUp(value)]).toEqual([value, true]);
        if (isKept && hint !== undefined) expect(hints.sort()).toEqual(textsOf(addresses.reply).sort());
        expect(reply.subnet!.scope).toBeGreaterThanOrEqual(addresses.reply.subnet!.scope);
      }
    }
  });

  it('depend on no bit past the scope', () => {
    for (let round = 0; round < ROUNDS; round++) {
      shake();
      const client = anyClient();
      const { reply } = ask('web', 'HTTPS', formatIpPrefix(client), round);
      const { scope } = reply.subnet!;
      const noise = scope >= 32 ? 0 : random.nextBits() >>> scope;
      const other = prefixOf({ family: 4, words: Uint32Array.of(client.words[0]! ^ noise, 0, 0, 0) }, 24);
      expect(textsOf(ask('web', 'HTTPS', formatIpPrefix(other), round).reply)).toEqual(textsOf(reply));
    }
  });

  it('are explained, and replayed to the same octets', () => {
    const places = { locations: null, regions: REGIONS, agentRegions: [], facts: NO_LATENCY_FACTS };
    const ground = { tables, ...places, endpointOf: () => null };
    for (let round = 0; round < ROUNDS; round++) {
      shake();
      const ecs = formatIpPrefix(anyClient());
      const told = explainQuery({
        ...ground,
        name: 'web.example',
        type: 'HTTPS',
        client: '127.0.0.1',
        ecs,
        seed: round,
      });
      expect(told.trace.steps.map(({ name }) => name)).toEqual(TARGETS.map((name) => `${name}.example.`));
      const served = told.trace.followed[0]!.records.filter(({ isLeftOut }) => !isLeftOut).map(({ target }) => target);
      const { reply } = ask('web', 'HTTPS', ecs, round);
      expect(textsOf(reply).map((text) => text.split(' ')[1])).toEqual(served);
      expect(readReply(Buffer.from(told.answer, 'base64')).answers).toEqual(reply.answers);
      expect(replayExplanation(JSON.parse(JSON.stringify(told)), ground)).toMatchObject({
        isSame: true,
        differences: [],
      });
    }
  });
});
