/**
 * Sends octets to a DNS server and brings back what comes: the raw exchange for packets that no library would write, and `ask`
 * for ordinary questions, read by two foreign decoders (see dns-reply.ts).
 */

import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { addressBytes } from '../../src/base/ip-address.ts';
import { parseIpPrefix } from '../../src/base/ip-prefix.ts';
import { typeCode } from '../../src/wire/codes.ts';
import { nameFromText } from '../../src/wire/name.ts';
import { type Reply, readReply } from './dns-reply.ts';

export type DnsServer = { readonly dnsHost: string; readonly dnsPort: number };

export type AskOptions = {
  readonly tcp?: boolean;
  /** Client Subnet as `address/length`. */
  readonly ecs?: string;
  /** Payload size of an OPT; null: none. Default 1232 where an option needs an OPT, else none. */
  readonly edns?: number | null;
  readonly version?: number;
  readonly dnssecOk?: boolean;
  /** Cookie option, hexadecimal. */
  readonly cookie?: string;
  readonly options?: readonly { readonly code: number; readonly data: Uint8Array }[];
  readonly rd?: boolean;
  readonly class?: number;
  readonly id?: number;
  readonly timeoutMs?: number;
  /** Source address, for views by the packet's own address. */
  readonly from?: string;
};

const TIMEOUT_MS = 5_000;
const ECS_CODE = 8;
const COOKIE_CODE = 10;

/** Asks one question; the id, the question and the QR bit of the answer are checked. Throws when nothing comes. */
export async function ask(server: DnsServer, name: string, type: string, options: AskOptions = {}): Promise<Reply> {
  const query = buildQuery(name, type, options);
  const exchange = options.tcp ? exchangeTcp : exchangeUdp;
  const bytes = await exchange(server, query, options.timeoutMs ?? TIMEOUT_MS, options.from);
  if (bytes === null) throw new Error(`no answer to ${name} ${type} over ${options.tcp ? 'TCP' : 'UDP'}`);
  if ((bytes[2]! & 0x80) === 0) throw new Error('the answer has QR=0');
  if (bytes[0] !== query[0] || bytes[1] !== query[1]) throw new Error('the answer has another id');
  return readReply(bytes);
}

/** The wire form of one question. */
export function buildQuery(name: string, type: string, options: AskOptions = {}): Uint8Array {
  const qname = nameFromText(name);
  const qtype = typeCode(type);
  if (typeof qname === 'string') throw new Error(`bad name ${name}: ${qname}`);
  if (qtype < 0) throw new Error(`bad type ${type}`);
  const id = options.id ?? Math.floor(Math.random() * 65536);
  const opt = buildOpt(options);
  const flags = options.rd ? 0x0100 : 0;
  const header = words(id, flags, 1, 0, 0, opt === null ? 0 : 1);
  return Uint8Array.from([...header, ...qname, ...words(qtype, options.class ?? 1), ...(opt ?? [])]);
}

/** An OPT record, or null when none is wanted. */
function buildOpt(options: AskOptions): number[] | null {
  const list = [...(options.options ?? [])];
  if (options.ecs !== undefined) list.push({ code: ECS_CODE, data: subnetOption(options.ecs) });
  if (options.cookie !== undefined) list.push({ code: COOKIE_CODE, data: Buffer.from(options.cookie, 'hex') });
  const needed = list.length > 0 || options.dnssecOk === true || (options.version ?? 0) > 0;
  const size = options.edns === undefined ? (needed ? 1232 : null) : options.edns;
  if (size === null) return null;
  const rdata = list.flatMap((option) => [...words(option.code, option.data.length), ...option.data]);
  const flags = options.dnssecOk ? 0x8000 : 0;
  return [0, ...words(41, size), 0, options.version ?? 0, ...words(flags, rdata.length), ...rdata];
}

/** RFC 7871 6: family, source, scope 0, and no more octets than the prefix needs. */
function subnetOption(text: string): Uint8Array {
  const prefix = parseIpPrefix(text);
  if (typeof prefix === 'string') throw new Error(`bad prefix ${text}: ${prefix}`);
  const address = addressBytes(prefix).subarray(0, Math.ceil(prefix.length / 8));
  return Uint8Array.from([...words(prefix.family === 4 ? 1 : 2), prefix.length, 0, ...address]);
}

function words(...values: number[]): number[] {
  return values.flatMap((value) => [(value >> 8) & 255, value & 255]);
}

/** One datagram out, the first one back; null when none comes within `timeoutMs`. */
export function exchangeUdp(
  server: DnsServer,
  query: Uint8Array,
  timeoutMs: number = TIMEOUT_MS,
  from?: string,
): Promise<Uint8Array | null> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(server.dnsHost.includes(':') ? 'udp6' : 'udp4');
    const finish = (result: Uint8Array | null) => {
      clearTimeout(timer);
      socket.close();
      resolve(result);
    };
    const timer = setTimeout(finish, timeoutMs, null);
    socket.on('error', (error) => {
      clearTimeout(timer);
      socket.close();
      reject(error);
    });
    socket.on('message', (message, sender) => {
      if (sender.port === server.dnsPort) finish(message);
    });
    const send = () => socket.send(query, server.dnsPort, server.dnsHost);
    if (from === undefined) send();
    else socket.bind({ address: from, port: 0 }, send);
  });
}

/** One framed message out, the first one back; null when the server closes or stays silent for `timeoutMs`. */
export function exchangeTcp(
  server: DnsServer,
  query: Uint8Array,
  timeoutMs: number = TIMEOUT_MS,
  from?: string,
): Promise<Uint8Array | null> {
  return new Promise((resolve, reject) => {
    const localAddress = from === undefined ? {} : { localAddress: from };
    const socket = connect({ host: server.dnsHost, port: server.dnsPort, ...localAddress });
    let received = Buffer.alloc(0);
    const finish = (result: Uint8Array | null) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(finish, timeoutMs, null);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A server that closes in the middle of a hostile frame is silence, not a failed test.
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') finish(null);
      else {
        clearTimeout(timer);
        reject(error);
      }
    });
    socket.on('close', () => finish(null));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2) return;
      const length = received.readUInt16BE(0);
      if (received.length >= length + 2) finish(Uint8Array.from(received.subarray(2, 2 + length)));
    });
    socket.write(Uint8Array.from([...words(query.length), ...query]));
  });
}
