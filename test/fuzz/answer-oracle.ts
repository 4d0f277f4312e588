/** What every answer must be, whatever was asked: read from the octets of both by decoders that are not ours. */

import { decode } from 'dns-packet';
import { Transport } from '../../src/answer/transaction.ts';
import { readReply } from '../tools/dns-reply.ts';
import { readWireAnswer } from '../tools/wire-answer.ts';

const HEADER_BYTES = 12;
const UDP_BYTES_MAX = 1232;
const PLAIN_BYTES_MAX = 512;
/** Foreign decoders are slower than answers: they read one answer in so many, chosen by its query. */
const DECODE_EVERY = 16;
const AD_Z_RA = 0x80 | 0x40 | 0x20;
const OPCODE_RD = 0x79;

/** The promise that `answer` (null: silence) breaks as one to `query`, or null. */
export function judgeAnswer(query: Uint8Array, answer: Uint8Array | null, transport: number): string | null {
  const isAnswerable = query.length >= HEADER_BYTES && (query[2]! & 0x80) === 0;
  if (answer === null) return isAnswerable ? 'silence to a query' : null;
  if (!isAnswerable) return 'answered a response or a runt';
  return judgeHeader(query, answer, transport) ?? judgeContent(query, answer, transport);
}

function judgeHeader(query: Uint8Array, answer: Uint8Array, transport: number): string | null {
  if (answer.length < HEADER_BYTES) return 'an answer without a header';
  if (answer[0] !== query[0] || answer[1] !== query[1]) return 'another id';
  if ((answer[2]! & 0x80) === 0) return 'QR is 0';
  if ((answer[2]! & OPCODE_RD) !== (query[2]! & OPCODE_RD)) return 'opcode or RD is not that of the query';
  if ((answer[3]! & AD_Z_RA) !== 0) return 'RA, Z or AD is set';
  if (transport !== Transport.UDP) return null;
  return answer.length > UDP_BYTES_MAX ? 'longer than 1232 octets over UDP' : null;
}

function judgeContent(query: Uint8Array, answer: Uint8Array, transport: number): string | null {
  const read = readWireAnswer(answer);
  const isUdp = transport === Transport.UDP;
  if (read.tc && !isUdp && answer.length < 60_000) return 'truncated over a stream';
  if (read.hasOpt && query[11] === 0 && query[10] === 0) return 'an OPT to a query without one';
  if (isUdp && !read.hasOpt && answer.length > PLAIN_BYTES_MAX) return 'longer than 512 octets without EDNS';
  const question = Buffer.from(query.subarray(HEADER_BYTES)).toString('hex');
  if (!question.startsWith(read.question)) return 'the question is not that of the query';
  const isSmall = (answer[3]! & 15) === 1 || (answer[3]! & 15) === 4 || (answer[3]! & 15) === 5;
  // What an option of the query asks for may make its answer longer: cookie, NSID, extended error.
  if (isUdp && isSmall && !read.hasOpt && answer.length > query.length) return 'a refusal longer than its query';
  if ((query[0]! ^ query[1]!) % DECODE_EVERY !== 0) return null;
  return judgeByForeignDecoders(query, answer, isUdp);
}

function judgeByForeignDecoders(query: Uint8Array, answer: Uint8Array, isUdp: boolean): string | null {
  const reply = readReply(answer);
  if (reply.optCount > 1) return 'two OPTs';
  const asked = payloadSizeOf(query);
  if (isUdp && asked !== null && reply.rcode !== 1 && answer.length > Math.max(PLAIN_BYTES_MAX, asked))
    return `longer than the ${asked} octets that the client takes`;
  return null;
}

/** The payload size that the query's one OPT names; null where dns-packet finds none. */
function payloadSizeOf(query: Uint8Array): number | null {
  try {
    const opts = decode(Buffer.from(query)).additionals.filter((record) => record.type === 'OPT');
    const [opt] = opts as { udpPayloadSize?: number }[];
    return opts.length === 1 ? (opt?.udpPayloadSize ?? null) : null;
  } catch {
    return null;
  }
}
