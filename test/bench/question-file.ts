/**
 * Questions for the load generators: dnsperf's text form, and the stream form (two octets of length, then the message) that both
 * dnsperf -B and `open-loop.c` read. Drawn by a seed, so that every server of a run gets the same questions in the same order.
 */

import { writeFileSync } from 'node:fs';
import { RandomStream } from '../../src/base/random.ts';
import { buildQuery } from '../tools/dns-client.ts';
import { ZONE } from './bench-scenario.ts';
import { CLIENT_SUBNETS } from './geo-database.ts';
import { shuffledOrder } from './shuffled-order.ts';

const SEED = 20_260_101;
/** Distinct queries with a subnet; each is one line of a name and an address. */
const SUBNET_QUERIES = 20_000;
/** Questions in one file at most: dnsperf keeps them in memory and begins again behind the last. */
const QUESTIONS_MAX = 1_000_000;

/** `names` names in random order, as dnsperf's text: each once, and again from the first up to `questions`. */
export function writeNameQuestions(
  path: string,
  names: number,
  nameOf: (n: number) => string,
  questions: number = names,
): void {
  const order = shuffledOrder(names, new RandomStream(SEED));
  const lines = Array.from(
    { length: Math.min(questions, QUESTIONS_MAX) },
    (_, i) => `${nameOf(order[i % names]!)}.${ZONE} A\n`,
  );
  writeFileSync(path, lines.join(''));
}

/** Names that do not exist, no two alike. */
export function writeMissingQuestions(path: string, count: number): void {
  const random = new RandomStream(SEED);
  writeFileSync(
    path,
    Array.from({ length: count }, () => `x${random.nextBelow(2 ** 32).toString(36)}.${ZONE} A\n`).join(''),
  );
}

/** Steered names in the stream form, without EDNS. */
export function writeNameStream(path: string, names: number, nameOf: (n: number) => string): void {
  writeStream(
    path,
    Array.from(shuffledOrder(names, new RandomStream(SEED)), (n) =>
      buildQuery(`${nameOf(n)}.${ZONE}.`, 'A', { id: 0 }),
    ),
  );
}

/** Steered names with a Client Subnet in every query: half of them in the geo data, half anywhere. */
export function writeSubnetStream(path: string, names: number, nameOf: (n: number) => string): void {
  const random = new RandomStream(SEED);
  const queries = Array.from({ length: SUBNET_QUERIES }, (_, i) => {
    const known = CLIENT_SUBNETS[(i >> 1) % CLIENT_SUBNETS.length]!;
    const any = `${1 + random.nextBelow(222)}.${random.nextBelow(256)}.${random.nextBelow(256)}.0/24`;
    return buildQuery(`${nameOf(random.nextBelow(names))}.${ZONE}.`, 'A', { id: 0, ecs: i % 2 === 0 ? known : any });
  });
  writeStream(path, queries);
}

function writeStream(path: string, queries: readonly Uint8Array[]): void {
  writeFileSync(
    path,
    Buffer.concat(queries.flatMap((query) => [Uint8Array.of(query.length >> 8, query.length & 255), query])),
  );
}
