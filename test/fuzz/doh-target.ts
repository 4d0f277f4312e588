/**
 * DNS over HTTPS. Input: a kind, then what it reads:
 *
 *   0, 1, 2   the head of a request, "method\ntarget\ntype\nlength", in process
 *   3, 4      octets sent over TLS as HTTP/1.1, which must end the connection, and as HTTP/2; the listener must go on
 *   5, 6, 7   a query, sent by POST or GET in one HTTP/2 session over a socket; the answer is judged like any other
 */

import { type ClientHttp2Session, connect } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { MESSAGE_BYTES_MAX } from '../../src/base/limits.ts';
import type { RandomStream } from '../../src/base/random.ts';
import { readDohHead } from '../../src/server/doh-request.ts';
import { buildQuery } from '../tools/dns-client.ts';
import { joinBytes } from '../tools/packet-case.ts';
import { type StreamListener, startStreamListener } from '../tools/stream-listener.ts';
import { pem, TLS_FILES } from '../tools/tls-files.ts';
import { judgeAnswer } from './answer-oracle.ts';
import type { FuzzSession, FuzzTarget } from './fuzz-target.ts';
import { chance, mutateOctets, noise, pick } from './mutate-octets.ts';
import { mutateText, textOf } from './mutate-text.ts';
import { QueryWorld } from './query-world.ts';

const KINDS = 8;
const HTTPS = 3;
const CLIENT = '127.0.0.1';
const ENDS_WITHIN_MS = 10_000;
/** Below this a query in a path is taken. */
const PATH_QUERY_BYTES = 2_000;
const LINGER_MS = 50;
const WITNESS = buildQuery('www.steered.example.', 'A', { id: 7 });
const TYPE = 'application/dns-message';
const REFUSALS = [400, 404, 405, 413, 415];
const WORDS = [
  'GET',
  'POST',
  'PUT',
  '/',
  '/dns-query',
  '?dns=',
  '&dns=',
  '%00',
  '%',
  '=',
  '+',
  '#',
  TYPE,
  ';',
  ' ',
  '-1',
  '1e9',
  '65536',
];
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
/** SETTINGS, then HEADERS of GET / with END_STREAM and END_HEADERS (RFC 9113 6, RFC 7541 A). */
const FRAMES = Buffer.from('000000040000000000' + '000003010500000001828784', 'hex');

type Ground = { readonly world: QueryWorld; readonly stream: StreamListener; session: ClientHttp2Session | null };

/** Heads, connections and queries of HTTPS. */
export const DOH_TARGET: FuzzTarget = {
  name: 'doh',
  open: async (): Promise<FuzzSession> => {
    const world = new QueryWorld();
    const stream = await startStreamListener((bytes, start, length) => {
      const answer = world.ask({ transport: HTTPS, client: CLIENT, query: bytes.slice(start, start + length) }, 0);
      if (answer !== null) bytes.set(answer, start);
      return answer?.length ?? 0;
    });
    const ground: Ground = { world, stream, session: null };
    return {
      generate: (random) => generate(random, world),
      check: (input) => {
        const kind = (input[0] ?? 0) % KINDS;
        const rest = input.subarray(1);
        if (kind < 3) return judgeHead(textOf(rest));
        if (kind < 5) return judgeConnection(ground, kind === 3 ? 'http/1.1' : 'h2', rest);
        return judgeQuery(ground, kind === 7, rest);
      },
      close: async () => {
        ground.session?.destroy();
        await stream.listener.stop();
      },
    };
  },
};

function generate(random: RandomStream, world: QueryWorld): Uint8Array {
  // Connections cost milliseconds each: one input in 16.
  const kind = chance(random, 16) ? 3 + random.nextBelow(2) : pick(random, [0, 1, 2, 5, 6, 7]);
  const query = world.generateQuery(random);
  const target = `/dns-query?dns=${Buffer.from(query).toString('base64url')}`;
  const text = (sample: string) => mutateText(random, sample, 5, WORDS);
  if (kind < 3) return joinBytes(Uint8Array.of(kind), text(`GET\n${target}\n${TYPE}\n${query.length}`));
  if (kind > 4) return joinBytes(Uint8Array.of(kind), query);
  const frames = joinBytes(
    mutateOctets(random, PREFACE, 1),
    mutateOctets(random, FRAMES, 6),
    noise(random, random.nextBelow(20)),
  );
  const head = text(`GET ${target} HTTP/1.1\r\nHost: a\r\nContent-Type: ${TYPE}\r\nContent-Length: 3\r\n\r\nabc`);
  return joinBytes(Uint8Array.of(kind), kind === 3 ? head : frames);
}

/** RFC 8484 4.1 and 6, reckoned otherwise than the reader does. */
function judgeHead(text: string): string | null {
  const [method = '', target = '', type, length] = text.split('\n');
  const head = readDohHead(method, target, type, length);
  const [path, ...search] = target.split('?');
  if (head.kind === 'refused') return REFUSALS.includes(head.status) ? null : `refused with ${head.status}`;
  if (path !== '/dns-query') return 'taken at another path';
  if (head.kind === 'body') return method === 'POST' ? null : `a body by ${method}`;
  if (method !== 'GET') return `a query in the path by ${method}`;
  if (head.query.length > MESSAGE_BYTES_MAX) return 'longer than a message';
  const dns = new URL(`http://a/?${search.join('?')}`).searchParams.get('dns') ?? '';
  const standard = dns.replaceAll('-', '+').replaceAll('_', '/');
  return Buffer.from(standard, 'base64').equals(head.query) ? null : 'another query than in the path';
}

/**
 * Sends `octets`, then no more: HTTP/1.1 ends the connection, whatever it makes of them. HTTP/2 may wait for the rest of a frame until
 * the connection is idle for too long, so the client goes. Either way the listener still answers.
 */
async function judgeConnection(ground: Ground, protocol: string, octets: Uint8Array): Promise<string | null> {
  const port = ground.stream.ports.https;
  const socket = connectTls({ host: CLIENT, port, ca: pem(TLS_FILES.authority), ALPNProtocols: [protocol] });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => {});
  const closed = new Promise<boolean>((resolve) => socket.once('close', () => resolve(true)));
  socket.once('secureConnect', () => socket.end(octets));
  const isHttp1 = protocol === 'http/1.1';
  const isClosed = await Promise.race([closed, sleep(isHttp1 ? ENDS_WITHIN_MS : LINGER_MS, false, { ref: false })]);
  socket.destroy();
  if (isHttp1 && !isClosed) return 'the connection does not end';
  const said = Buffer.concat(chunks).toString('latin1');
  if (isHttp1 && said !== '' && !/^HTTP\/1\.1 \d{3} /.test(said)) return 'no response of HTTP';
  const fault = await judgeQuery(ground, false, WITNESS);
  return fault === null ? null : `afterwards: ${fault}`;
}

async function judgeQuery(ground: Ground, isGet: boolean, query: Uint8Array): Promise<string | null> {
  const wanted = ground.world.ask({ transport: HTTPS, client: CLIENT, query }, 0);
  const { status, body } = await ask(ground, isGet, query);
  // A path of that length is no header that the listener takes, and the longest are none that this client sends: the stream is
  // reset, and the session may be closing already, too late for the next query.
  if (isGet && query.length > PATH_QUERY_BYTES && status === 0) {
    ground.session?.destroy();
    return null;
  }
  // What UDP meets with silence.
  if (wanted === null) return status === 400 ? null : `status ${status} to what is no query`;
  if (status !== 200) return `status ${status} to a query`;
  return judgeAnswer(query, body, HTTPS);
}

async function ask(ground: Ground, isGet: boolean, query: Uint8Array): Promise<{ status: number; body: Uint8Array }> {
  if (ground.session === null || ground.session.destroyed || ground.session.closed) {
    ground.session = connect(`https://${CLIENT}:${ground.stream.ports.https}`, { ca: pem(TLS_FILES.authority) });
    ground.session.on('error', () => {});
  }
  const path = `/dns-query${isGet ? `?dns=${Buffer.from(query).toString('base64url')}` : ''}`;
  const headers = { ':path': path, ':method': isGet ? 'GET' : 'POST', 'content-type': TYPE };
  const stream = ground.session.request(headers, { endStream: isGet });
  if (!isGet) stream.end(query);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let status = 0;
    stream.on('response', (answer) => {
      status = Number(answer[':status']);
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    // Status 0: the stream was reset, which a refused body or path may be.
    stream.on('error', () => {});
    stream.on('close', () => resolve({ status, body: Buffer.concat(chunks) }));
  });
}
