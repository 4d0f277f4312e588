/**
 * One question to a DNS server and its answer, through dns2's UDP client, with everything that has to be known of dns2 3.1.1:
 *
 *  - it writes Client Subnet as IPv4 whatever the address is, takes /0 for /32, and reads an IPv6 prefix of an odd number of octets
 *    beyond its end: its `ECS` is replaced by one that does not;
 *  - it knows 20 types by name: the type asked for is entered in its table, so that the answer comes back as octets;
 *  - it compares the sender's address by text: addresses are given in the form the system prints;
 *  - its TCP client has no timeout and no IPv6: a truncated answer is asked for again by a few lines of our own;
 *  - it decodes whatever a datagram holds, bit by bit, before it looks at the id: `Packet.parse` turns away first, for next to
 *    nothing, what is no answer to any question under way. Its own parser would take 0.5 s for 64 KB made to hurt;
 *  - a question cannot be taken back: its socket lives until the answer or the timeout, which closes it in either case.
 *
 * Used by `dns-check.ts` and `query-command.ts`.
 */

import { connect } from 'node:net';
import type Dns2 from 'dns2';
import { Packet, UDPClient } from 'dns2';
import { formatIpAddress, parseIpAddress } from '../base/ip-address.ts';
import { parseIpPrefix } from '../base/ip-prefix.ts';
import { MESSAGE_BYTES_MAX, UDP_EDNS_BYTES_MAX } from '../base/limits.ts';
import { typeName } from '../wire/codes.ts';
import { rdataToText } from '../wire/rdata.ts';

/** Whom to ask: a literal address. */
export type DnsServer = { readonly address: string; readonly port: number };

/** What to ask; `subnet` is `address/length` with no bits beyond the length; `recursive` (RD) is true if not given. */
export type DnsQuestion = {
  readonly name: string;
  readonly type: number;
  readonly subnet: string | null;
  readonly recursive?: boolean;
};

export type DnsRecordText = {
  readonly name: string;
  readonly ttl: number;
  readonly class: string;
  readonly type: string;
  readonly data: string;
};

/** An answer, ready to print. */
export type DnsAnswer = {
  readonly transport: 'udp' | 'tcp';
  readonly rcode: string;
  readonly flags: readonly string[];
  /** Client Subnet of the answer, or null; `scope` is the length for which the answer holds. */
  readonly subnet: { readonly source: string; readonly scope: number } | null;
  /** Extended DNS Errors of the answer (RFC 8914). */
  readonly errors: readonly string[];
  readonly answer: readonly DnsRecordText[];
  readonly authority: readonly DnsRecordText[];
  readonly additional: readonly DnsRecordText[];
};

const OPT = 41;
const HEADER_BYTES = 12;
const CLASS_IN = 1;

/** Asks `server` over UDP, and over TCP when that answer is truncated. Rejects with a one-line error when none comes in `timeoutMs`. */
export async function askDns(server: DnsServer, question: DnsQuestion, timeoutMs: number): Promise<DnsAnswer> {
  const answer = await askDnsOverUdp(server, question, timeoutMs);
  if (!answer.flags.includes('tc')) return answer;
  return answerOf(await askOverTcp(printedAddress(server.address), server.port, question, timeoutMs), 'tcp');
}

/** As {@link askDns}, but a truncated answer is the answer. Its socket is closed by the time the promise settles. */
export async function askDnsOverUdp(server: DnsServer, question: DnsQuestion, timeoutMs: number): Promise<DnsAnswer> {
  prepareDns2(question.type);
  const address = printedAddress(server.address);
  const ask = UDPClient({
    dns: address,
    port: server.port,
    socketType: address.includes(':') ? 'udp6' : 'udp4',
    timeout: timeoutMs,
    retryOverTCP: false,
  });
  const recursive = question.recursive ?? true;
  const options = question.subnet === null ? { recursive } : { recursive, clientIp: question.subnet };
  const answering = ask(question.name, typeName(question.type), CLASS_IN, options);
  // The id was drawn just now, by the call above.
  const id = lastId;
  askedIds.set(id, (askedIds.get(id) ?? 0) + 1);
  try {
    return answerOf(await answering, 'udp');
  } finally {
    const others = askedIds.get(id)! - 1;
    if (others === 0) askedIds.delete(id);
    else askedIds.set(id, others);
  }
}

/** In the form that the system prints. */
function printedAddress(text: string): string {
  const parsed = parseIpAddress(text);
  return parsed === null ? text : formatIpAddress(parsed);
}

/** Ids of the questions under way over UDP, with how many have each. */
const askedIds = new Map<number, number>();
let lastId = 0;
const { parse: parseMessage, uuid: drawId } = Packet;

/** dns2's parser behind a door: a response of an id that is asked for and of a size that is allowed (RFC 1035 4.1.1, RFC 6891 6.2.3). */
function parseDatagram(message: Buffer): Packet {
  const isAnswer =
    message.length >= HEADER_BYTES &&
    message.length <= UDP_EDNS_BYTES_MAX &&
    message[2]! >= 128 &&
    askedIds.has(message.readUInt16BE(0));
  if (!isAnswer) throw new Error('no answer to any question of ours');
  return parseMessage(message);
}

/** Enters `type` into dns2's table, and once mends its Client Subnet and guards its parser. */
function prepareDns2(type: number): void {
  const types: Record<string, number> = Packet.TYPE;
  types[typeName(type)] ??= type;
  const edns: { ECS: unknown } = Packet.Resource.EDNS;
  if (edns.ECS === CLIENT_SUBNET) return;
  Packet.parse = parseDatagram;
  Packet.uuid = () => {
    lastId = drawId();
    return lastId;
  };
  CLIENT_SUBNET.encode = Packet.Resource.EDNS.ECS.encode;
  edns.ECS = CLIENT_SUBNET;
}

/** dns2's `EDNS.ECS`, for both families (RFC 7871 6). */
const CLIENT_SUBNET = Object.assign(
  (subnet: string): Dns2.Packet.EcsOption => {
    const [ip = '', length = ''] = subnet.split('/');
    return {
      ednsCode: Packet.EDNS_OPTION_CODE.ECS,
      family: ip.includes(':') ? 2 : 1,
      sourcePrefixLength: Number(length),
      scopePrefixLength: 0,
      ip,
    };
  },
  {
    decode(reader: Dns2.Packet.Reader, length: number): Dns2.Packet.EcsOption {
      if (length < 4) throw new Error(`EDNS.ECS decode: option is ${length} octet(s), expected at least 4`);
      const family = reader.read(16);
      const sourcePrefixLength = reader.read(8);
      const scopePrefixLength = reader.read(8);
      const words = new Uint32Array(4);
      for (let i = 0; i < Math.min(length - 4, 16); i++) {
        words[i >> 2] = words[i >> 2]! | (reader.read(8) << (24 - (i & 3) * 8));
      }
      const ip = formatIpAddress({ family: family === 2 ? 6 : 4, words });
      return { ednsCode: Packet.EDNS_OPTION_CODE.ECS, family, sourcePrefixLength, scopePrefixLength, ip };
    },
    encode: (_record: Dns2.Packet.EcsOption, _writer: Dns2.Packet.Writer): void => {},
  },
);

/** The answer in `message`, a whole DNS message as it goes over TCP. Throws for what cannot be decoded. */
export function readDnsAnswer(message: Uint8Array): DnsAnswer {
  prepareDns2(CLASS_IN);
  return answerOf(parseMessage(Buffer.from(message)), 'tcp');
}

function askOverTcp(address: string, port: number, question: DnsQuestion, timeoutMs: number): Promise<Packet> {
  const query = new Packet();
  query.header.id = Packet.uuid();
  query.header.rd = (question.recursive ?? true) ? 1 : 0;
  query.questions.push({ name: question.name, type: question.type, class: CLASS_IN } as Dns2.Packet.Question);
  if (question.subnet !== null) query.additionals.push(Packet.Resource.EDNS([CLIENT_SUBNET(question.subnet)]));
  const message = query.toBuffer();
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
    let received = Buffer.alloc(0);
    const end = (error: Error | null, packet?: Packet) => {
      clearTimeout(timer);
      socket.destroy();
      if (packet !== undefined) resolve(packet);
      else reject(error ?? new Error('the server closed the connection without a whole answer'));
    };
    const timer = setTimeout(() => end(new Error(`DNS query over TCP timed out after ${timeoutMs}ms`)), timeoutMs);
    socket.on('error', (error) => end(error));
    socket.on('close', () => end(null));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) {
        if (received.length > MESSAGE_BYTES_MAX + 2) end(null);
        return;
      }
      const packet = parseOrNull(received.subarray(2, 2 + received.readUInt16BE(0)));
      if (packet === null) end(new Error('the answer over TCP cannot be decoded'));
      else if (packet.header.id !== query.header.id) end(new Error('the answer over TCP is to another question'));
      else end(null, packet);
    });
    socket.write(Buffer.concat([length, message]));
  });
}

function parseOrNull(message: Buffer): Packet | null {
  try {
    return parseMessage(message);
  } catch {
    return null;
  }
}

function answerOf(packet: Packet, transport: 'udp' | 'tcp'): DnsAnswer {
  const header = packet.header;
  const flags = (['qr', 'aa', 'tc', 'rd', 'ra'] as const).filter((flag) => header[flag] === 1);
  const opt = packet.additionals.find((record) => record.type === OPT);
  const options = opt?.rdata ?? [];
  const subnet = options.find((option) => option.ednsCode === Packet.EDNS_OPTION_CODE.ECS) as
    | Dns2.Packet.EcsOption
    | undefined;
  const errors = options.filter((option) => option.ednsCode === Packet.EDNS_OPTION_CODE.EDE) as Dns2.Packet.EdeOption[];
  return {
    transport,
    rcode: rcodeName(header.rcode),
    flags,
    subnet: subnet === undefined ? null : { source: subnetText(subnet), scope: subnet.scopePrefixLength },
    errors: errors.map((error) => `${error.infoCode}${error.extraText === '' ? '' : ` (${error.extraText})`}`),
    answer: packet.answers.map(recordText),
    authority: packet.authorities.map(recordText),
    additional: packet.additionals.filter((record) => record.type !== OPT).map(recordText),
  };
}

function subnetText(subnet: Dns2.Packet.EcsOption): string {
  const text = `${subnet.ip}/${subnet.sourcePrefixLength}`;
  return typeof parseIpPrefix(text) === 'string' ? `${text} (not a prefix)` : text;
}

function rcodeName(rcode: number): string {
  const name = Object.entries(Packet.RCODE).find(([, code]) => code === rcode)?.[0];
  return name ?? `RCODE${rcode}`;
}

/** dns2 gives fields for the types that it knows and octets for the rest; either way the octets are what we print from. */
function recordText(record: Dns2.Packet.Resource): DnsRecordText {
  const name = record.name === '' ? '.' : `${record.name}.`;
  const recordClass = record.class === CLASS_IN ? 'IN' : `CLASS${record.class}`;
  return { name, ttl: record.ttl, class: recordClass, type: typeName(record.type), data: rdataText(record) };
}

function rdataText(record: Dns2.Packet.Resource): string {
  if (Buffer.isBuffer(record.data)) return rdataToText(record.type, record.data);
  const wire = Packet.Resource.encode({ ...record, name: '' } as Dns2.Packet.Resource, new Packet.Writer());
  // Root owner (1 octet), type, class, TTL and length (10).
  return rdataToText(record.type, wire, 11);
}
