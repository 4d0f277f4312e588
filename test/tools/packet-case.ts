/**
 * One raw query and what a good server may do with it, and the judge of what a server did. The form is that of recorded packet
 * vectors; the project's own are in test/vectors/packets.ts.
 */

import { Rcode } from '../../src/wire/codes.ts';
import { type Reply, readReply } from './dns-reply.ts';

export type PacketCase = {
  readonly name: string;
  readonly transport: 'udp' | 'tcp';
  /** Without TCP's length prefix; empty for an empty datagram or frame. */
  readonly query: Uint8Array;
  /** Names of rcodes, or `DROP` for silence or a closed connection. The first is the best. */
  readonly accept: readonly string[];
  /** Replaces `accept` for a server that has Client Subnet and cookies. */
  readonly strict: string | null;
  /** Holds for a reply with the first accepted rcode. */
  readonly check: PacketCheck;
  readonly why: string;
};

/** Bits are 0 or 1; `ns` is a least number, the other counts are exact. */
export type PacketCheck = {
  readonly aa?: number;
  readonly tc?: number;
  readonly rd?: number;
  readonly ra?: number;
  readonly ad?: number;
  readonly z?: number;
  readonly do?: number;
  readonly an?: number;
  readonly ns?: number;
  readonly opt?: number;
  readonly optver?: number;
  readonly optz?: number;
  readonly optlen?: number;
  readonly qecho?: number;
  readonly maxlen?: number;
  readonly soa_ttl?: number;
};

const RCODE_NAMES = new Map<number, string>(Object.entries(Rcode).map(([name, code]) => [code, name]));
const UDP_LIMIT = 1232;
const PLAIN_LIMIT = 512;
const OPT_TYPE = 41;
const SOA_TYPE = 6;

/** Everything that is wrong with `reply` (null: none came); empty when it is acceptable. */
export function judgeReply(packet: PacketCase, reply: Uint8Array | null, lenient = false): string[] {
  const accepted = packet.strict === null ? packet.accept : [packet.strict];
  if (reply === null) return accepted.includes('DROP') ? [] : [`no reply, wanted ${accepted.join(' or ')}`];
  const faults: string[] = [];
  const fail = (what: string) => faults.push(`${what} in ${Buffer.from(reply).toString('hex')}`);
  if (reply.length < 12) return [`a reply of ${reply.length} octets`];
  if (reply[0] !== packet.query[0] || reply[1] !== packet.query[1]) fail('another id');
  if ((reply[2]! & 0x80) === 0) fail('QR is 0');
  if (packet.transport === 'udp' && reply.length > UDP_LIMIT) fail(`${reply.length} octets over UDP`);
  let decoded: Reply;
  try {
    decoded = readReply(reply);
  } catch (error) {
    return [...faults, (error as Error).message];
  }
  if (packet.transport === 'udp' && decoded.optCount === 0 && reply.length > PLAIN_LIMIT)
    fail(`${reply.length} octets without EDNS`);
  const rcode = RCODE_NAMES.get(decoded.rcode) ?? String(decoded.rcode);
  if (!accepted.includes(rcode)) fail(`${rcode}, wanted ${accepted.join(' or ')}`);
  else if (rcode === accepted[0] && !lenient) faults.push(...checkFields(packet, decoded));
  return faults;
}

function checkFields(packet: PacketCase, reply: Reply): string[] {
  const check = packet.check;
  const options = reply.opt?.options ?? [];
  const actual: Record<keyof PacketCheck, number> = {
    aa: Number(reply.aa),
    tc: Number(reply.tc),
    rd: Number(reply.rd),
    ra: Number(reply.ra),
    ad: Number(reply.ad),
    z: Number(reply.z),
    do: Number(reply.opt?.dnssecOk ?? false),
    an: reply.answers.length,
    ns: reply.authority.length,
    opt: reply.optCount,
    optver: reply.opt?.version ?? -1,
    optz: (reply.opt?.flags ?? 0) & 0x7fff,
    optlen: options.reduce((sum, option) => sum + 4 + option.data.length, 0),
    qecho: Number(echoesQuestion(packet.query, reply.bytes)),
    maxlen: reply.bytes.length,
    soa_ttl: reply.authority.find((record) => record.type === SOA_TYPE)?.ttl ?? -1,
  };
  return (Object.entries(check) as [keyof PacketCheck, number][]).flatMap(([field, wanted]) => {
    const found = actual[field];
    const holds = field === 'ns' ? found >= wanted : field === 'maxlen' ? found <= wanted : found === wanted;
    return holds ? [] : [`${field} is ${found}, wanted ${wanted}, in ${Buffer.from(reply.bytes).toString('hex')}`];
  });
}

/** True if the octets of the question came back as they were sent, case included. */
function echoesQuestion(query: Uint8Array, reply: Uint8Array): boolean {
  let at = 12;
  while (at < query.length && query[at]! > 0) at += 1 + query[at]!;
  const end = at + 5;
  return end <= query.length && Buffer.from(query.subarray(12, end)).equals(Buffer.from(reply.subarray(12, end)));
}

/** A query in wire form from parts, so that vectors say what is odd about them. Counts follow the parts unless given. */
export function craftQuery(parts: {
  readonly id?: number;
  readonly flags?: number;
  readonly counts?: readonly [number, number, number, number];
  /** Each `name type class`, or raw octets. */
  readonly questions?: readonly (Uint8Array | readonly [name: string, type: number, dnsClass?: number])[];
  readonly additional?: readonly Uint8Array[];
  readonly tail?: Uint8Array;
}): Uint8Array {
  const questions = parts.questions ?? [];
  const additional = parts.additional ?? [];
  const counts = parts.counts ?? [questions.length, 0, 0, additional.length];
  return joinBytes(
    wordBytes(parts.id ?? 0x4d4d, parts.flags ?? 0, ...counts),
    ...questions.map((question) =>
      question instanceof Uint8Array
        ? question
        : joinBytes(plainName(question[0]), wordBytes(question[1], question[2] ?? 1)),
    ),
    ...additional,
    parts.tail ?? new Uint8Array(),
  );
}

/** An OPT record. */
export function craftOpt(parts: {
  readonly size?: number;
  readonly version?: number;
  readonly flags?: number;
  readonly options?: readonly (readonly [code: number, data: Uint8Array])[];
  /** Raw RDATA instead of options. */
  readonly rdata?: Uint8Array;
  readonly owner?: Uint8Array;
}): Uint8Array {
  const options = (parts.options ?? []).map(([code, data]) => joinBytes(wordBytes(code, data.length), data));
  const rdata = parts.rdata ?? joinBytes(...options);
  return joinBytes(
    parts.owner ?? Uint8Array.of(0),
    wordBytes(OPT_TYPE, parts.size ?? UDP_LIMIT),
    Uint8Array.of(0, parts.version ?? 0),
    wordBytes(parts.flags ?? 0, rdata.length),
    rdata,
  );
}

/** 16-bit words in network order. */
export function wordBytes(...words: number[]): Uint8Array {
  return Uint8Array.from(words.flatMap((word) => [(word >> 8) & 255, word & 255]));
}

/** One after the other. */
export function joinBytes(...pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(pieces));
}

/** Labels between dots, nothing checked: vectors hold names that are none. */
export function plainName(text: string): Uint8Array {
  const labels = text.split('.').filter((label) => label !== '');
  return joinBytes(
    ...labels.map((label) => joinBytes(Uint8Array.of(label.length), Buffer.from(label, 'latin1'))),
    Uint8Array.of(0),
  );
}
