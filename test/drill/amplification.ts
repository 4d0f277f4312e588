/**
 * What one query without a cookie brings back, kind by kind: octets of DNS out for each octet in. Then all kinds at once as a
 * flood, with rate limiting on, where it shall not be worth the attacker's while.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { type AskOptions, buildQuery, exchangeUdp } from '../tools/dns-client.ts';
import type { Drill } from './drill.ts';
import { flood } from './flood-crowd.ts';

const PER_SECOND = 10_000;
const SECONDS = 6;
/** Of each kind to each network: the flood is spread over 25 kinds and 4 networks, and 200 a second would let all of it through. */
const RATE = 10;
const FLOOD_FACTOR_MAX = 1.5;
/** A flood of less than half its rate stays below the limits. */
const JUDGED_PER_SECOND = PER_SECOND / 2;
const ANSWER_BYTES_MAX = 1_232;
/** What is refused, malformed or not implemented is told in little. */
const ERROR_FACTOR_MAX = 1.5;
const EDNS: AskOptions = { edns: 4_096 };
const ZONE = `'':
- {type: NS, values: [ns1.drill.test., ns2.drill.test.]}
- {type: MX, values: [{preference: 10, exchange: mx1.drill.test.}, {preference: 20, exchange: mx2.drill.test.}]}
large:
- {type: TXT, values: [${Array.from({ length: 10 }, (_, i) => `"${`${i}-`.padEnd(100, 'x')}"`).join(', ')}]}
- {type: A, value: 192.0.2.8}
many: {type: A, values: [${Array.from({ length: 60 }, (_, i) => `192.0.2.${i + 1}`).join(', ')}]}
www: {type: A, value: 192.0.2.7}
child: {type: NS, values: [ns1.child.drill.test., ns2.child.drill.test.]}
ns1.child: {type: A, value: 192.0.2.9}
ns2.child: {type: A, value: 192.0.2.10}
`;

/** Name of the kind, query, and whether its answer is an error of the asker's. */
const KINDS: ReadonlyArray<readonly [string, Uint8Array, boolean?]> = [
  ['A', query('www.drill.test.', 'A')],
  ['A EDNS', query('www.drill.test.', 'A', EDNS)],
  ['A x60', query('many.drill.test.', 'A')],
  ['A x60 EDNS', query('many.drill.test.', 'A', EDNS)],
  ['TXT 1 KB', query('large.drill.test.', 'TXT')],
  ['TXT 1 KB EDNS', query('large.drill.test.', 'TXT', EDNS)],
  ['TXT 1 KB EDNS DO', query('large.drill.test.', 'TXT', { ...EDNS, dnssecOk: true })],
  ['ANY', query('large.drill.test.', 'ANY')],
  ['ANY EDNS', query('large.drill.test.', 'ANY', EDNS)],
  ['SOA', query('drill.test.', 'SOA')],
  ['NS', query('drill.test.', 'NS', EDNS)],
  ['MX', query('drill.test.', 'MX', EDNS)],
  ['referral', query('x.child.drill.test.', 'A', EDNS)],
  ['NXDOMAIN', query('none.drill.test.', 'A')],
  ['NXDOMAIN EDNS', query('none.drill.test.', 'A', EDNS)],
  ['NODATA EDNS', query('www.drill.test.', 'AAAA', EDNS)],
  ['Client Subnet', query('www.drill.test.', 'A', { ecs: '192.0.2.0/24' })],
  ['NSID', query('www.drill.test.', 'A', { options: [{ code: 3, data: new Uint8Array() }] })],
  ['REFUSED', query('www.example.org.', 'A'), true],
  ['REFUSED EDNS', query('www.example.org.', 'A', EDNS), true],
  ['BADVERS', query('www.drill.test.', 'A', { version: 1 }), true],
  ['CHAOS', query('version.bind.', 'TXT', { class: 3 }), true],
  ['AXFR', query('drill.test.', 'AXFR'), true],
  ['FORMERR', query('www.drill.test.', 'A').subarray(0, 20), true],
  ['NOTIMP', withOpcode(query('drill.test.', 'SOA'), 2), true],
];

/** Amplification without a cookie. */
export const AMPLIFICATION: Drill = {
  name: 'amplification',
  node: { zones: { 'drill.test.yaml': ZONE }, args: ['--rate-limit', 'on', '--rate-limit-per-second', String(RATE)] },
  streamHasCookie: true,
  run: async ({ node, scale }) => {
    const words: string[] = [];
    let worst = 0;
    for (const [i, [kind, octets, isError]] of KINDS.entries()) {
      // Each from a network of its own, so that none pays for another.
      const answer = await exchangeUdp(node, octets, 1_000, `127.5.${i}.1`);
      const factor = (answer?.length ?? 0) / octets.length;
      words.push(`${kind} ${factor.toFixed(1)}`);
      worst = Math.max(worst, factor);
      if ((answer?.length ?? 0) > ANSWER_BYTES_MAX) throw new Error(`${kind}: ${answer!.length} octets`);
      if (isError && factor > ERROR_FACTOR_MAX)
        throw new Error(`${kind} is answered by ${factor.toFixed(2)} times its octets`);
    }
    const milliseconds = Math.max(1_000, SECONDS * scale * 1000);
    // The tokens of what came before.
    await sleep(100);
    const { queries, octetsIn, octetsOut } = await flood(
      node,
      PER_SECOND,
      milliseconds,
      (i) => KINDS[i % KINDS.length]![1],
    );
    const overall = octetsOut / octetsIn;
    const perSecond = (queries * 1000) / milliseconds;
    if (perSecond >= JUDGED_PER_SECOND && overall >= FLOOD_FACTOR_MAX)
      throw new Error(`a flood of all kinds came back ${overall.toFixed(2)} times`);
    return `octets out/in by kind: ${words.join(', ')}; worst ${worst.toFixed(1)}; a flood of all kinds with a limit of ${RATE} a second on each ${overall.toFixed(2)} at ${perSecond.toFixed(0)} a second`;
  },
};

function query(name: string, type: string, options: AskOptions = {}): Uint8Array {
  return buildQuery(name, type, { id: 1, ...options });
}

function withOpcode(octets: Uint8Array, opcode: number): Uint8Array {
  octets[2] = opcode << 3;
  return octets;
}
