/**
 * Floods from forged sources: one name with a large answer, names that do not exist, ANY. Once as everybody is answered, once with
 * response rate limiting, where answers shall not be worth the attacker's while and clients with a cookie or over TCP notice nothing.
 */

import { buildQuery } from '../tools/dns-client.ts';
import type { Drill, DrillGround } from './drill.ts';
import { flood } from './flood-crowd.ts';

const PER_SECOND = 10_000;
const SECONDS_EACH = 6;
const EDNS_BYTES = 1232;
/** Octets out for each octet in, with rate limiting on. What is allowed is allowed: a flood of less than half its rate is not judged. */
const FACTOR_MAX = 1.5;
const JUDGED_PER_SECOND = PER_SECOND / 2;
const ZONES = {
  'drill.test.yaml': `'': {type: NS, value: ns.drill.test.}
large:
- type: TXT
  values: [${Array.from({ length: 10 }, (_, i) => `"${`${i}-`.padEnd(100, 'x')}"`).join(', ')}]
- {type: A, value: 192.0.2.8}
www: {type: A, value: 192.0.2.7}
`,
};

const FLOODS: ReadonlyArray<readonly [string, (index: number) => Uint8Array]> = [
  ['one name', (index) => buildQuery('large.drill.test.', 'TXT', { id: index & 0xffff, edns: EDNS_BYTES })],
  ['random subdomains', (index) => buildQuery(`${scramble(index)}.drill.test.`, 'A', { edns: EDNS_BYTES })],
  ['ANY', (index) => buildQuery('large.drill.test.', 'ANY', { id: index & 0xffff, edns: EDNS_BYTES })],
];

/** Every answer is sent: memory and the stream hold all the same. */
export const FLOODS_ANSWERED: Drill = {
  name: 'floods',
  node: { zones: ZONES },
  run: async (ground) => {
    const { words, answers } = await floodAll(ground);
    if (answers === 0) throw new Error('no flood was answered');
    return words;
  },
};

/** Answers without a cookie are limited (`--rate-limit on`): an attacker gets back less than it is worth. */
export const FLOODS_LIMITED: Drill = {
  name: 'floods-limited',
  node: { zones: ZONES, args: ['--rate-limit', 'on'] },
  streamHasCookie: true,
  run: async (ground) => {
    const { words, factor, perSecond } = await floodAll(ground);
    const { rateDropped = 0, rateSlipped = 0 } = await ground.counters();
    if (rateDropped === 0) throw new Error('no answer was limited');
    if (perSecond >= JUDGED_PER_SECOND && factor >= FACTOR_MAX)
      throw new Error(`amplified ${factor.toFixed(2)} times overall: ${words}`);
    return `${words}; ${factor.toFixed(2)} overall at ${perSecond.toFixed(0)} a second, ${rateDropped} answers dropped, ${rateSlipped} sent short`;
  },
};

type FloodsReport = {
  readonly words: string;
  readonly answers: number;
  /** Octets out for each octet in, all floods together. */
  readonly factor: number;
  /** What the sender managed. */
  readonly perSecond: number;
};

async function floodAll({ node, scale }: DrillGround): Promise<FloodsReport> {
  const milliseconds = Math.max(1_000, SECONDS_EACH * scale * 1000);
  const words: string[] = [];
  const total = { queries: 0, answers: 0, octetsIn: 0, octetsOut: 0 };
  for (const [name, queryOf] of FLOODS) {
    const { queries, answers, octetsIn, octetsOut } = await flood(node, PER_SECOND, milliseconds, queryOf);
    total.queries += queries;
    total.answers += answers;
    total.octetsIn += octetsIn;
    total.octetsOut += octetsOut;
    words.push(`${name} ${queries} queries, ${answers} answers, octets out/in ${(octetsOut / octetsIn).toFixed(2)}`);
  }
  const perSecond = (total.queries * 1000) / (milliseconds * FLOODS.length);
  return { words: words.join('; '), answers: total.answers, factor: total.octetsOut / total.octetsIn, perSecond };
}

/** A name that no cache and no zone holds. */
function scramble(index: number): string {
  return (Math.imul(index + 1, 0x9e3779b1) >>> 0).toString(36);
}
