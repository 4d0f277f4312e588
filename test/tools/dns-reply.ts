/**
 * Reads an answer with two decoders that are not ours, dns-packet and dns2, and compares them: what only one of them can read
 * is a fault of the answer, until the list below says which of the two is wrong.
 *
 * Where they are known to differ, and who is right:
 * - dns2 knows no DNAME, DS, TLSA, SVCB, HTTPS, NAPTR, SSHFP, LOC, URI, OPENPGPKEY: it keeps the RDATA as octets, so only owner,
 *   type, class and TTL are compared there. dns-packet knows no SVCB, HTTPS, URI, LOC, OPENPGPKEY: the same.
 * - dns2 clamps a TTL above 2^31 - 1 (RFC 2181 8), dns-packet does not; both compare equal after clamping.
 * - dns2 reads an IPv6 Client Subnet of an odd number of octets, a /56 say, 16 bits at a time and so beyond its end, and loses
 *   the OPT when that is the end of the message: the OPT is not compared there.
 * - dns2 gives the OPT's rcode merged into the header, dns-packet leaves it apart: merged here.
 * - dns-packet takes the top bit of a class as mDNS's flush bit: put back here.
 * - Neither escapes dots or odd octets inside a label, and they decode non-ASCII differently: names with non-ASCII octets
 *   are compared by length only.
 */

import { type Answer, type DecodedPacket, decode, type OptAnswer } from 'dns-packet';
import dns2 from 'dns2';
import { typeCode } from '../../src/wire/codes.ts';

/** One record; `data` as dns-packet gives it. */
export type ReplyRecord = {
  /** Case as on the wire, with the final dot. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  readonly data: unknown;
  /** `owner type rdata` in lower case with single spaces, for the types of {@link presentation}; without the TTL. */
  readonly text: string;
};

export type ReplyOption = { readonly code: number; readonly data: Uint8Array };

/** Client Subnet as answered. */
export type ReplySubnet = {
  readonly family: number;
  readonly source: number;
  readonly scope: number;
  readonly address: string;
};

export type Reply = {
  readonly bytes: Uint8Array;
  readonly id: number;
  /** With the OPT's upper bits. */
  readonly rcode: number;
  readonly opcode: number;
  readonly aa: boolean;
  readonly tc: boolean;
  readonly rd: boolean;
  readonly ra: boolean;
  readonly z: boolean;
  readonly ad: boolean;
  readonly cd: boolean;
  readonly questions: readonly { name: string; type: number; class: number }[];
  readonly answers: readonly ReplyRecord[];
  readonly authority: readonly ReplyRecord[];
  /** Without the OPT. */
  readonly additional: readonly ReplyRecord[];
  readonly optCount: number;
  readonly opt: {
    readonly payload: number;
    readonly version: number;
    readonly dnssecOk: boolean;
    readonly flags: number;
    readonly options: readonly ReplyOption[];
  } | null;
  readonly subnet: ReplySubnet | null;
};

/** A message that one of the two decoders refuses, or that they read differently. */
export class DecodersDifferError extends Error {
  override readonly name = 'DecodersDifferError';
}

const CLASS_CODES: Readonly<Record<string, number>> = { IN: 1, CS: 2, CH: 3, HS: 4, ANY: 255 };
const TTL_MAX = 0x7fffffff;
const ECS_CODE = 8;
/** Types whose RDATA both decode. */
const SHARED_TYPES = new Set([1, 2, 5, 6, 12, 15, 16, 28, 33]);

/** Decodes `bytes` twice and compares; throws {@link DecodersDifferError}. */
export function readReply(bytes: Uint8Array): Reply {
  const buffer = Buffer.from(bytes);
  const first = readWithDnsPacket(buffer);
  const second = dns2.Packet.parse(buffer);
  const reply = toReply(bytes, first);
  const faults = second.errors
    .filter((error) => !(hasOddSubnet(reply) && error.section === 'additionals'))
    .map((error) => `dns2: ${error.message}`);
  compareDecoders(reply, second, faults);
  if (faults.length > 0) throw new DecodersDifferError(`${faults.join('; ')}\n${buffer.toString('hex')}`);
  return reply;
}

/** True for a Client Subnet that dns2 cannot read. */
function hasOddSubnet(reply: Reply): boolean {
  return reply.subnet?.family === 2 && Math.ceil(reply.subnet.source / 8) % 2 === 1;
}

function readWithDnsPacket(buffer: Buffer): DecodedPacket {
  let packet: DecodedPacket;
  try {
    packet = decode(buffer);
  } catch (error) {
    throw new DecodersDifferError(`dns-packet: ${(error as Error).message}\n${buffer.toString('hex')}`);
  }
  if (decode.bytes !== buffer.length) {
    throw new DecodersDifferError(
      `dns-packet: ${buffer.length - decode.bytes} octets follow\n${buffer.toString('hex')}`,
    );
  }
  return packet;
}

function toReply(bytes: Uint8Array, packet: DecodedPacket): Reply {
  const opts = packet.additionals.filter((record): record is OptAnswer => record.type === 'OPT');
  const opt = opts[0];
  const flags = packet.flags;
  const subnet = opt?.options.find((option) => option.code === ECS_CODE);
  return {
    bytes,
    id: packet.id,
    rcode: (flags & 15) | ((opt?.extendedRcode ?? 0) << 4),
    opcode: ((bytes[2] ?? 0) >> 3) & 15,
    aa: packet.flag_aa,
    tc: packet.flag_tc,
    rd: packet.flag_rd,
    ra: packet.flag_ra,
    z: packet.flag_z,
    ad: packet.flag_ad,
    cd: packet.flag_cd,
    questions: packet.questions.map((question) => ({
      name: dotted(question.name),
      type: codeOfType(question.type),
      class: codeOfClass(question.class),
    })),
    answers: packet.answers.map(toRecord),
    authority: packet.authorities.map(toRecord),
    additional: packet.additionals
      .filter((record) => record.type !== 'OPT')
      .map((record) => toRecord(record as Answer)),
    optCount: opts.length,
    opt: opt === undefined ? null : toOpt(opt),
    subnet: subnet === undefined ? null : toSubnet(subnet),
  };
}

function toOpt(opt: OptAnswer): NonNullable<Reply['opt']> {
  return {
    payload: opt.udpPayloadSize,
    version: opt.ednsVersion,
    dnssecOk: (opt.flags & 0x8000) !== 0,
    flags: opt.flags,
    options: opt.options.map((option) => ({ code: Number(option.code), data: option.data ?? new Uint8Array() })),
  };
}

function toSubnet(option: OptAnswer['options'][number]): ReplySubnet {
  return {
    family: Number(option.family),
    source: Number(option.sourcePrefixLength),
    scope: Number(option.scopePrefixLength),
    address: String(option.ip),
  };
}

function toRecord(record: Answer): ReplyRecord {
  const name = dotted(record.name);
  const type = codeOfType(record.type);
  const flush = (record as { flush?: boolean }).flush === true ? 0x8000 : 0;
  return {
    name,
    type,
    class: codeOfClass(record.class ?? 'IN') | flush,
    ttl: record.ttl ?? 0,
    data: record.data,
    text: `${name} ${record.type} ${presentation(record)}`.toLowerCase(),
  };
}

/** RDATA of A AAAA NS CNAME DNAME PTR SOA MX SRV TXT as master files write it; other types as dns-packet's JSON. */
function presentation(record: Answer): string {
  const data = record.data;
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return String(data);
    case 'NS':
    case 'CNAME':
    case 'DNAME':
    case 'PTR':
      return dotted(String(data));
    case 'SOA': {
      const soa = data as Record<string, string | number>;
      const times = `${soa.serial} ${soa.refresh} ${soa.retry} ${soa.expire} ${soa.minimum}`;
      return `${dotted(String(soa.mname))} ${dotted(String(soa.rname))} ${times}`;
    }
    case 'MX': {
      const mx = data as { preference?: number; exchange: string };
      return `${mx.preference ?? 0} ${dotted(mx.exchange)}`;
    }
    case 'SRV': {
      const srv = data as { priority: number; weight: number; port: number; target: string };
      return `${srv.priority} ${srv.weight} ${srv.port} ${dotted(srv.target)}`;
    }
    case 'TXT': {
      const strings = (Array.isArray(data) ? data : [data]) as Buffer[];
      return strings.map((string) => `"${string.toString('latin1')}"`).join(' ');
    }
    default:
      return JSON.stringify(data);
  }
}

function compareDecoders(reply: Reply, other: InstanceType<typeof dns2.Packet>, faults: string[]): void {
  const same = (what: string, ours: unknown, theirs: unknown) => {
    if (ours !== theirs) faults.push(`${what}: dns-packet ${String(ours)}, dns2 ${String(theirs)}`);
  };
  same('id', reply.id, other.header.id);
  if (!hasOddSubnet(reply)) same('rcode', reply.rcode, other.header.rcode);
  same('aa', Number(reply.aa), other.header.aa);
  same('tc', Number(reply.tc), other.header.tc);
  same('rd', Number(reply.rd), other.header.rd);
  same('ra', Number(reply.ra), other.header.ra);
  same('questions', reply.questions.length, other.questions.length);
  for (const [i, question] of reply.questions.entries()) {
    const theirs = other.questions[i];
    if (isPlain(question.name)) same('question', question.name, dotted(theirs?.name ?? ''));
    same('question type', question.type, theirs?.type);
  }
  const theirAdditional = other.additionals.filter((record) => record.type !== 41);
  compareSections('answer', reply.answers, other.answers, same);
  compareSections('authority', reply.authority, other.authorities, same);
  compareSections('additional', reply.additional, theirAdditional, same);
  if (!hasOddSubnet(reply)) same('OPT records', reply.optCount, other.additionals.length - theirAdditional.length);
}

type Dns2Record = InstanceType<typeof dns2.Packet>['answers'][number];

function compareSections(
  section: string,
  ours: readonly ReplyRecord[],
  theirs: readonly Dns2Record[],
  same: (what: string, a: unknown, b: unknown) => void,
): void {
  same(`${section} count`, ours.length, theirs.length);
  for (const [i, record] of ours.entries()) {
    const other = theirs[i];
    if (other === undefined) return;
    const what = `${section}[${i}]`;
    if (isPlain(record.name)) same(`${what} name`, record.name, dotted(other.name));
    same(`${what} type`, record.type, other.type);
    same(`${what} class`, record.class, other.class);
    same(`${what} ttl`, Math.min(record.ttl, TTL_MAX), other.ttl);
    if (SHARED_TYPES.has(record.type) && isPlain(record.text)) {
      same(`${what} data`, record.text.split(' ').slice(2).join(' '), dns2Presentation(other).toLowerCase());
    }
  }
}

function dns2Presentation(record: Dns2Record): string {
  switch (record.type) {
    case 1:
      return String(record.address);
    case 28:
      return canonicalIpv6(String(record.address));
    case 2:
      return dotted(String(record.ns));
    case 5:
    case 12:
      return dotted(String(record.domain));
    case 6: {
      const times = `${record.serial} ${record.refresh} ${record.retry} ${record.expiration} ${record.minimum}`;
      return `${dotted(String(record.primary))} ${dotted(String(record.admin))} ${times}`;
    }
    case 15:
      return `${record.priority} ${dotted(String(record.exchange))}`;
    case 33:
      return `${record.priority} ${record.weight} ${record.port} ${dotted(String(record.target))}`;
    default:
      return (record.data as string[]).map((string) => `"${string}"`).join(' ');
  }
}

/** dns2 writes an embedded IPv4 address in hexadecimal, dns-packet too, but they shorten zeros differently: one form for both. */
function canonicalIpv6(text: string): string {
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

function dotted(name: string): string {
  return name.endsWith('.') ? name : `${name}.`;
}

function isPlain(text: string): boolean {
  return !/[^\x20-\x7e]|\.\.|\\/.test(text);
}

function codeOfType(type: string): number {
  const unknown = /^UNKNOWN_(\d+)$/.exec(type);
  if (unknown) return Number(unknown[1]);
  const code = typeCode(type);
  if (code >= 0) return code;
  return OTHER_TYPES[type] ?? -1;
}

/** Types that dns-packet names and `src/wire/codes.ts` has no name for. */
const OTHER_TYPES: Readonly<Record<string, number>> = {
  NULL: 10,
  RP: 17,
  AFSDB: 18,
  SIG: 24,
  KEY: 25,
  KX: 36,
  CERT: 37,
  APL: 42,
  IPSECKEY: 45,
  DHCID: 49,
  NSEC3: 50,
  NSEC3PARAM: 51,
  HIP: 55,
  TKEY: 249,
  TA: 32768,
  DLV: 32769,
};

function codeOfClass(name: string): number {
  return CLASS_CODES[name] ?? Number(/^UNKNOWN_(\d+)$/.exec(name)?.[1] ?? -1);
}
