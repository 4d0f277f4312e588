/**
 * Streams over TCP: messages with their two octets of length, in any split, behind a PROXY header or not. Input: how many octets come
 * at once, whether a proxy speaks, then the stream. Every message up to the first without octets must be answered in order.
 */

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { parseIpAddress } from '../../src/base/ip-address.ts';
import { createListenerCounters } from '../../src/server/listener-counters.ts';
import { ProxyPreface } from '../../src/server/proxy-preface.ts';
import { createTcpWork, TcpConnection } from '../../src/server/tcp-connection.ts';
import { joinBytes, wordBytes } from '../tools/packet-case.ts';
import { proxyHeader } from '../tools/proxy-header.ts';
import { idleTimer } from '../tools/service-timer.ts';
import { judgeAnswer } from './answer-oracle.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { chance, mutateOctets, oddWord } from './mutate-octets.ts';
import { QueryWorld } from './query-world.ts';

const CLIENT = parseIpAddress('127.0.0.1')!;
const TCP = 1;
/** Turns of the loop after the last octet until the connection must be done: one a batch of queries, and some. */
const TURNS_MAX = 200;

/** A socket without a network. */
class Wire extends Duplex {
  readonly sent: Buffer[] = [];
  constructor() {
    super({ allowHalfOpen: true });
  }
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.sent.push(chunk);
    done();
  }
  setNoDelay(): void {}
  destroySoon(): void {
    this.end();
    this.destroy();
  }
}

/** One connection, from its first octet to its end. */
export const FRAMING_TARGET: FuzzTarget = {
  name: 'framing',
  open: () => {
    const world = new QueryWorld();
    return {
      generate: (random) => {
        const frames = Array.from({ length: random.nextBelow(6) }, () => {
          const query = world.generateQuery(random);
          return joinBytes(wordBytes(chance(random, 16) ? oddWord(random) : query.length), query);
        });
        const isProxied = chance(random, 3);
        const header = isProxied ? proxyHeader('192.0.2.9', { isLocal: chance(random, 4) }) : new Uint8Array();
        const stream = joinBytes(chance(random, 4) ? mutateOctets(random, header, 2) : header, ...frames);
        return joinBytes(Uint8Array.of(random.nextBelow(256), isProxied ? 1 : 0), stream);
      },
      check: async (input) => {
        const [step = 0, isProxied = 0] = input;
        const stream = input.subarray(2);
        const { wire, heard } = connectTo(world, isProxied === 1);
        // 0: all at once; octet by octet only what is short, as each takes a turn.
        const size = Math.max(step === 0 ? stream.length : step, stream.length >> 6, 1);
        for (let at = 0; at < stream.length && !wire.destroyed; at += size) {
          wire.push(Buffer.from(stream.subarray(at, at + size)));
          await turn();
        }
        if (!wire.destroyed) wire.push(null);
        for (let turns = 0; turns < TURNS_MAX && !wire.writableEnded && !wire.destroyed; turns++) await turn();
        const isDone = wire.writableEnded || wire.destroyed;
        wire.destroy();
        if (!isDone) return 'the connection does not end';
        return isProxied === 1 && heard.length === 0 && wire.sent.length === 0
          ? null
          : judgeStream(stream, isProxied === 1, heard, wire);
      },
    };
  },
};

function connectTo(
  world: QueryWorld,
  isProxied: boolean,
): { wire: Wire; heard: { query: Uint8Array; answer: Uint8Array | null }[] } {
  const wire = new Wire();
  const heard: { query: Uint8Array; answer: Uint8Array | null }[] = [];
  const socket = wire as unknown as Socket;
  const begin = () =>
    new TcpConnection(socket, CLIENT, {
      answer: (bytes, start, length) => {
        const query = bytes.slice(start, start + length);
        const answer = world.ask({ transport: TCP, client: '127.0.0.1', query }, 0);
        heard.push({ query, answer });
        if (answer !== null) bytes.set(answer, start);
        return answer?.length ?? 0;
      },
      counters: createListenerCounters(),
      work: createTcpWork(),
      timer: idleTimer(),
      onQuery: () => undefined,
      onClose: () => undefined,
    });
  if (isProxied) new ProxyPreface(socket, { onClient: begin, onFailure: () => undefined });
  else begin();
  return { wire, heard };
}

/** The promise broken by what was heard and sent, or null. */
function judgeStream(
  stream: Uint8Array,
  isProxied: boolean,
  heard: readonly { query: Uint8Array; answer: Uint8Array | null }[],
  wire: Wire,
): string | null {
  let at = isProxied ? 16 + ((stream[14]! << 8) | stream[15]!) : 0;
  let frames = 0;
  for (; at + 2 <= stream.length; frames++) {
    const length = (stream[at]! << 8) | stream[at + 1]!;
    if (length === 0 || at + 2 + length > stream.length) break;
    const query = heard[frames]?.query;
    if (query === undefined) return `message ${frames} was not heard`;
    if (!Buffer.from(query).equals(stream.subarray(at + 2, at + 2 + length))) return `message ${frames} is another`;
    at += 2 + length;
  }
  if (heard.length !== frames) return `${heard.length} messages heard of ${frames}`;
  const answers = heard.flatMap(({ answer }) => (answer === null ? [] : [joinBytes(wordBytes(answer.length), answer)]));
  if (!Buffer.concat(wire.sent).equals(Buffer.concat(answers))) return 'other octets were sent than were answered';
  for (const { query, answer } of heard) {
    const fault = judgeAnswer(query, answer, TCP);
    if (fault !== null) return fault;
  }
  return null;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
