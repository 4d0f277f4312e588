/**
 * Meridian beside NSD and Knot over the same generated zones: the same questions over UDP of several sizes and over TCP, the answers
 * compared as sets. Where they differ, either the difference stands in {@link ACCEPTED} with its reason, or the suite fails.
 *
 * `MERIDIAN_DIFFERENTIAL_QUERIES` asks more than the short run of `npm test`; `MERIDIAN_DIFFERENTIAL_SEED` makes other zones.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BulkClient } from '../tools/bulk-client.ts';
import type { DnsDaemon } from '../tools/dns-daemon.ts';
import { type MeridianProcess, startServe } from '../tools/meridian-process.ts';
import { craftOpt, craftQuery, joinBytes, wordBytes } from '../tools/packet-case.ts';
import { hasPeer, type PeerName, startPeer } from '../tools/peer-server.ts';
import { readWireAnswer, type WireAnswer } from '../tools/wire-answer.ts';
import { type MadeQuestion, type MadeZone, ZoneMaker } from '../tools/zone-maker.ts';

const QUERIES = Number(process.env.MERIDIAN_DIFFERENTIAL_QUERIES ?? 3_000);
const SEED = Number(process.env.MERIDIAN_DIFFERENTIAL_SEED ?? 20_261);
const QUERIES_PER_ZONE = 50;
const UNDER_WAY_MAX = 32;
/** Offered UDP payload sizes; 0: no OPT. Each question goes over one of them and over TCP. */
const SIZES = [0, 0, 512, 513, 1231, 1232, 1233, 4096];
const UDP_EDNS_MAX = 1232;
const ANY = 255;
const YXDOMAIN = 6;
const RRSIG = 46;
const NSEC = 47;
const SERVFAIL = 2;
const DETAILS_MAX = 2;

const PEERS: readonly PeerName[] = (['nsd', 'knotd'] as const).filter(hasPeer);

type Exchange = {
  /** The question is about a zone that is delegated in another one of ours. */
  readonly isInner: boolean;
  readonly zone: MadeZone;
  readonly question: MadeQuestion;
  readonly size: number;
  readonly ours: Pair;
  readonly theirs: Pair;
};
type Pair = { readonly udp: WireAnswer; readonly tcp: WireAnswer };

/** Differences that are no faults: whose they are, when they are these, and why ours stands. */
const ACCEPTED: readonly {
  readonly peer: PeerName | 'all';
  readonly why: string;
  readonly holds: (exchange: Exchange, what: string) => boolean;
}[] = [
  {
    peer: 'all',
    why: 'a chain that comes back to a DNAME or alias it has used never ends: it ends where a server stops following, ours at the second use',
    holds: ({ ours, theirs }) => isLoop(ours.tcp) && (isPart(ours.tcp, theirs.tcp) || isPart(theirs.tcp, ours.tcp)),
  },
  {
    peer: 'all',
    why: 'RFC 8482 4.1 lets the server choose which RRset answers ANY: ours is the smallest',
    holds: ({ question, ours, theirs }, what) =>
      question.qtype === ANY &&
      /answer$|^additional$/.test(what) &&
      ours.tcp.answer.length > 0 &&
      theirs.tcp.answer.length > 0,
  },
  {
    peer: 'all',
    why: 'addresses beside an answer are a courtesy (RFC 2181 5.4.1, RFC 9471 3.2), and ours are minimal; below a delegation they are needed',
    holds: ({ ours, theirs }, what) =>
      what === 'additional' && neededGlue(ours.tcp).join() === neededGlue(theirs.tcp).join(),
  },
  {
    peer: 'all',
    why: 'NSD and Knot make glue out of wildcards too; ours is what is written (RFC 4592 2.2.1: synthesis is for questions)',
    holds: ({ zone, ours, theirs }, what) =>
      what === 'additional' &&
      neededGlue(theirs.tcp).every(
        (record) =>
          ours.tcp.additional.includes(record) || !zone.text.toLowerCase().includes(`\n${record.split(' ')[0]} `),
      ),
  },
  {
    peer: 'all',
    why: 'we compress into the question only (decision 5), so an answer may be longer and one near the limit truncated',
    holds: ({ size, ours, theirs }, what) =>
      what === 'udp-tc' && ours.tcp.length > limitOf(size) && theirs.tcp.length <= limitOf(size),
  },
  {
    peer: 'all',
    why: 'TC only where something needed is left out (RFC 2181 9, RFC 9471 3): others set it for courtesies too',
    holds: ({ size, ours, theirs }, what) =>
      what === 'udp-tc' && theirs.udp.tc && theirs.tcp.length > limitOf(size) && isWhole(ours),
  },
  {
    peer: 'all',
    why: 'the rcode of a truncated answer is that of the part that is there',
    holds: ({ ours, theirs }, what) => what === 'udp-rcode' && (ours.udp.tc || theirs.udp.tc),
  },
  {
    peer: 'nsd',
    why: 'an alias into a delegated zone ends in the referral, as in Knot; NSD goes on into that zone if it has it (RFC 1034 4.3.2 allows both)',
    holds: ({ zone, ours }) =>
      zone.inner !== null &&
      ours.tcp.answer.some((record) => / 5 /.test(record) && `.${record.split(' ')[2]}`.endsWith(zone.inner!)),
  },
  {
    peer: 'nsd',
    why: 'NSD has the names of all zones in one tree: what a parent holds below a delegation hides wildcards of the zone there; Knot has no such ties',
    holds: ({ isInner, ours, theirs }, what) =>
      isInner && what !== 'aa' && (isPart(theirs.tcp, ours.tcp) || /authority|soa|rcode/.test(what)),
  },
  {
    peer: 'nsd',
    why: 'RFC 9471 3.1: TC unless all addresses of servers below the delegation fit; NSD is content with those of one',
    holds: ({ ours, theirs }, what) =>
      what === 'udp-tc' && ours.udp.tc && neededGlue(theirs.udp).length < neededGlue(theirs.tcp).length,
  },
  {
    peer: 'knotd',
    why: 'Knot leaves the SOA out of a negative answer that it does not fit, without TC; RFC 2308 3 wants it there',
    holds: ({ theirs }, what) => /^udp-(tc|authority)$/.test(what) && theirs.tcp.soaTtl >= 0 && theirs.udp.soaTtl < 0,
  },
  {
    peer: 'knotd',
    why: 'YXDOMAIN ends the answer (RFC 6672 2.2); Knot goes on and adds what it finds beyond, at times with that rcode',
    holds: ({ ours, theirs }) => ours.tcp.rcode === YXDOMAIN && isPart(ours.tcp, theirs.tcp),
  },
  {
    peer: 'knotd',
    why: 'Knot takes a DNAME that leads on for the third time for a loop, though each name is shorter; NSD and we follow to the end',
    holds: ({ ours, theirs }) =>
      isPart(theirs.tcp, ours.tcp) &&
      theirs.tcp.answer.filter((text) => / 5 /.test(text)).length >
        2 * theirs.tcp.answer.filter((text) => / 39 /.test(text)).length &&
      theirs.tcp.answer.some((text) => / 39 /.test(text)),
  },
  {
    peer: 'knotd',
    why: 'RFC 4592 4.2 does not define NS at a wildcard: Knot refers, NSD and we answer with the synthesised data',
    holds: ({ theirs }) =>
      theirs.tcp.authority.some((record) => /^\*\S* 2 /.test(record)) ||
      theirs.tcp.answer.some((record) => / 2 /.test(record)),
  },
  {
    peer: 'knotd',
    why: 'RFC 4592 4.4 does not define DNAME at a wildcard: Knot expands its owner, NSD and we take it as a name like others',
    holds: ({ ours, theirs }) =>
      [...ours.tcp.answer, ...theirs.tcp.answer]
        .filter((record) => / 39 /.test(record))
        .some((record) => record.startsWith('*.')),
  },
  {
    peer: 'knotd',
    why: 'RRSIG and NSEC may stand beside a CNAME (RFC 4035 2.5), so Knot does not follow it for them; neither exists in an unsigned zone',
    holds: ({ question }) => question.qtype === RRSIG || question.qtype === NSEC,
  },
];

/** Addresses of servers at or below the delegation that an answer refers to: it cannot be reached without (RFC 9471 2.1). */
function neededGlue({ authority, additional }: WireAnswer): string[] {
  const servers = authority.map((record) => record.split(' ')).filter(([, type]) => type === '2');
  const needed = new Set(
    servers.filter(([cut, , server]) => server === cut || server!.endsWith(`.${cut}`)).map(([, , server]) => server),
  );
  return additional.filter((record) => needed.has(record.split(' ')[0]!));
}

/** True if the answer over UDP lacks nothing but addresses that are a courtesy. */
function isWhole({ udp, tcp }: Pair): boolean {
  const same = (a: readonly string[], b: readonly string[]) => a.join() === b.join();
  return same(udp.answer, tcp.answer) && same(udp.authority, tcp.authority) && same(neededGlue(udp), neededGlue(tcp));
}

function limitOf(size: number): number {
  return size === 0 ? 512 : Math.min(UDP_EDNS_MAX, Math.max(512, size));
}

function isPart(one: WireAnswer, other: WireAnswer): boolean {
  return one.answer.every((record) => other.answer.includes(record));
}

/** True if the last alias of the answer leads to a name that the answer has an alias for, or below a DNAME that it holds. */
function isLoop({ answer }: WireAnswer): boolean {
  const records = answer.map((text) => text.split(' '));
  const aliases = new Map(records.filter(([, type]) => type === '5').map(([owner, , target]) => [owner!, target!]));
  const dnames = records.filter(([, type]) => type === '39').map(([owner]) => `.${owner}`);
  return [...aliases.values()].some((target) => {
    const isUsedBefore = dnames.some((dname) => target.endsWith(dname)) && !aliases.has(target);
    return isUsedBefore || (aliases.has(target) && [...aliases].filter(([, other]) => other === target).length > 1);
  });
}

/** What differs between two pairs of answers, each difference by a name. */
function differences({ ours, theirs }: Exchange): string[] {
  const found: string[] = [];
  const check = (what: string, a: unknown, b: unknown) => {
    if (JSON.stringify(a) !== JSON.stringify(b)) found.push(what);
  };
  check('rcode', ours.tcp.rcode, theirs.tcp.rcode);
  check('aa', ours.tcp.aa, theirs.tcp.aa);
  check('answer', ours.tcp.answer, theirs.tcp.answer);
  check('authority', ours.tcp.authority, theirs.tcp.authority);
  check('additional', ours.tcp.additional, theirs.tcp.additional);
  check('soa-ttl', ours.tcp.soaTtl, theirs.tcp.soaTtl);
  check('question', ours.tcp.question, theirs.tcp.question);
  check('udp-rcode', ours.udp.rcode, theirs.udp.rcode);
  check('udp-aa', ours.udp.aa, theirs.udp.aa);
  check('udp-tc', ours.udp.tc, theirs.udp.tc);
  if (!ours.udp.tc && !theirs.udp.tc) {
    check('udp-answer', ours.udp.answer, theirs.udp.answer);
    check('udp-authority', ours.udp.authority, theirs.udp.authority);
  }
  return found;
}

/** What is wrong with our own answers, whatever others say. */
function ownFaults({ size, ours }: { size: number; ours: Pair }, query: Uint8Array): string[] {
  const faults: string[] = [];
  const limit = limitOf(size);
  if (ours.udp.length > limit) faults.push(`${ours.udp.length} octets, at most ${limit}`);
  if (ours.tcp.tc) faults.push('TC over TCP');
  if (ours.udp.hasOpt !== size > 0 || ours.tcp.hasOpt !== size > 0) faults.push('OPT');
  const question = Buffer.from(query.subarray(12, 12 + ours.udp.question.length / 2)).toString('hex');
  if (ours.udp.question !== question || ours.tcp.question !== question) faults.push('question');
  if (!ours.udp.tc && ours.tcp.length <= limit && ours.udp.answer.join() !== ours.tcp.answer.join())
    faults.push('UDP and TCP differ');
  if (ours.udp.tc && ours.tcp.length <= limit) faults.push('TC though it fits');
  return faults;
}

/** The reason why a difference is no fault, or undefined. */
function acceptedWhy(peer: PeerName, exchange: Exchange, what: string): string | undefined {
  return ACCEPTED.find((rule) => (rule.peer === 'all' || rule.peer === peer) && rule.holds(exchange, what))?.why;
}

function makeZones() {
  const maker = new ZoneMaker(SEED);
  // Every fifth zone is delegated in the one four before it: parent and child on one server.
  const apexes = [['zone'], ['zone', 'deep', 'er'], ['x', 'Mixed'], ['a']];
  const apexOf = (i: number): string[] =>
    i % 5 === 4 ? ['b', ...apexOf(i - 4)] : [...apexes[i % 4]!, `t${i}`, 'test'];
  const zones = Array.from({ length: Math.max(10, Math.ceil(QUERIES / QUERIES_PER_ZONE)) }, (_, i) =>
    maker.zone(apexOf(i), i % 5 === 0 ? apexOf(i + 4) : null),
  );
  const inners = zones.flatMap(({ inner }) => (inner === null ? [] : [inner]));
  const isInner = (qname: Uint8Array) => {
    const text = readWireAnswer(craftQuery({ questions: [joinBytes(qname, wordBytes(1, 1))] })).qname;
    return inners.some((inner) => `.${text}`.endsWith(inner));
  };
  return { maker, zones, isInner };
}

describe.skipIf(PEERS.length > 0)('the same zones in NSD and Knot (skipped: neither nsd nor knotd is here)', () => {
  it.skip('are answered alike', () => undefined);
});

describe.skipIf(PEERS.length === 0)(`the same zones in Meridian and ${PEERS.join(' and ')}`, () => {
  const { maker, zones, isInner } = makeZones();
  let server: MeridianProcess;
  const peers: DnsDaemon[] = [];
  const clients = new Map<PeerName | 'ours', BulkClient>();

  beforeAll(async () => {
    const files = Object.fromEntries(zones.map(({ origin, text }) => [`${origin.toLowerCase()}zone`, text]));
    server = await startServe({ zones: files, workers: 1 });
    clients.set('ours', await BulkClient.open(server));
    for (const name of PEERS) {
      const peer = await startPeer(name, new Map(zones.map(({ origin, text }) => [origin, text])));
      peers.push(peer);
      clients.set(name, await BulkClient.open(peer));
    }
  });

  afterAll(async () => {
    for (const client of clients.values()) client.close();
    for (const peer of peers) await peer.stop();
    await server?.stop();
  });

  it(`are answered alike: ${QUERIES} questions, seed ${SEED}`, { timeout: 600_000 }, async () => {
    const faults = new Map<string, string[]>();
    const fail = (what: string, details: string) => void faults.set(what, [...(faults.get(what) ?? []), details]);
    const counts = new Map<string, number>();
    const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
    const askAll = async (name: PeerName | 'ours', query: Uint8Array): Promise<Pair | string> => {
      const client = clients.get(name)!;
      const [udp, tcp] = await Promise.all([client.ask(query, false), client.ask(query, true)]);
      if (udp === null || tcp === null) return `${name}: silence`;
      try {
        return { udp: readWireAnswer(udp), tcp: readWireAnswer(tcp) };
      } catch (error) {
        return `${name}: ${(error as Error).message} in ${Buffer.from(tcp).toString('hex')}`;
      }
    };
    const compare = async (i: number): Promise<void> => {
      const zone = zones[i % zones.length]!;
      const question = maker.question(zone);
      const size = SIZES[i % SIZES.length]!;
      const query = craftQuery({
        id: i & 0xffff,
        questions: [joinBytes(question.qname, wordBytes(question.qtype, 1))],
        additional: size === 0 ? [] : [craftOpt({ size })],
      });
      const [ours, ...theirs] = await Promise.all([askAll('ours', query), ...PEERS.map((name) => askAll(name, query))]);
      if (typeof ours === 'string') {
        fail(ours.slice(0, 50), `${ours} for ${Buffer.from(query).toString('hex')}`);
        return;
      }
      for (const fault of ownFaults({ size, ours: ours! }, query))
        fail(fault, describeExchange(zone, question, size, ours!, ours!));
      for (const [k, answer] of theirs.entries()) {
        const name = PEERS[k]!;
        if (typeof answer === 'string') {
          // Knot repeats the DNAME and CNAME of a loop.
          count(answer.replace(/:? twice.*/, ' repeats itself').slice(0, 40));
          continue;
        }
        // A zone that the peer refused to load.
        if (answer!.tcp.rcode === SERVFAIL) {
          count(`${name} has not this zone`);
          continue;
        }
        count(`${name} compared`);
        const exchange = { zone, isInner: isInner(question.qname), question, size, ours: ours!, theirs: answer! };
        const left: string[] = [];
        for (const what of differences(exchange)) {
          const why = acceptedWhy(name, exchange, what);
          if (why === undefined) left.push(what);
          else count(`${name} ${what}, accepted: ${why}`);
        }
        if (left.length > 0) fail(`${name} ${left.join(' ')}`, describeExchange(zone, question, size, ours!, answer!));
      }
    };
    for (let i = 0; i < QUERIES; i += UNDER_WAY_MAX) {
      await Promise.all(Array.from({ length: Math.min(UNDER_WAY_MAX, QUERIES - i) }, (_, k) => compare(i + k)));
    }
    if (process.env.MERIDIAN_DIFFERENTIAL_QUERIES !== undefined) console.log(Object.fromEntries(counts));
    for (const name of PEERS) expect(counts.get(`${name} compared`) ?? 0).toBeGreaterThan(QUERIES / 2);
    const shown = [...faults].map(
      ([what, details]) => `${details.length} times ${what}, as\n${details.slice(0, DETAILS_MAX).join('\n')}`,
    );
    expect(shown.join('\n\n')).toBe('');
  });
});

function describeExchange(zone: MadeZone, question: MadeQuestion, size: number, ours: Pair, theirs: Pair): string {
  const show = ({ udp, tcp }: Pair) => JSON.stringify({ ...tcp, udp: [udp.rcode, udp.aa, udp.tc, udp.length] });
  return `${Buffer.from(question.qname).toString('latin1')} ${question.qtype} (${size})\nours   ${show(ours)}\ntheirs ${show(theirs)}\n${process.env.MERIDIAN_DIFFERENTIAL_ZONES === '1' ? zone.text : zone.origin}`;
}
