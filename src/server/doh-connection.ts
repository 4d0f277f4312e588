/**
 * DNS over HTTPS on one connection (RFC 8484): HTTP/2, or HTTP/1.1 where ALPN chose that. Each request is answered in the
 * turn in which it is complete; what a client may leave incomplete, unread or reset is bounded by `base/limits.ts`.
 *
 *   TLS socket -> http2 session | http parser -> head, body -> AnswerPort (in the worker's work buffer) -> response
 *
 * Built by `tcp-listener.ts` after the handshake.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  constants,
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { IpAddress } from '../base/ip-address.ts';
import {
  DOH_HEADER_BYTES_MAX,
  DOH_HEADERS_MAX,
  DOH_PENDING_BYTES_MAX,
  DOH_RESETS_MAX,
  DOH_STREAMS_MAX,
  MESSAGE_BYTES_MAX,
  TCP_BACKLOG_BYTES_MAX,
  TCP_IDLE_MS,
} from '../base/limits.ts';
import { freshSeconds } from '../wire/answer-ttl.ts';
import { clientKeyOf } from './client-key.ts';
import type { PooledConnection } from './connection-pool.ts';
import { DNS_MESSAGE, DOH_PATH, readDohHead } from './doh-request.ts';
import { count, ListenerCounter } from './listener-counters.ts';
import type { TcpHost } from './tcp-connection.ts';

/** ALPN names, the better one first. */
export const DOH_PROTOCOLS: readonly string[] = ['h2', 'http/1.1'];

const SESSION_OPTIONS = {
  maxHeaderListPairs: DOH_HEADERS_MAX,
  // In megabytes, and Node takes no less: everything a session holds.
  maxSessionMemory: 1,
  maxSessionRejectedStreams: DOH_RESETS_MAX,
  maxSessionInvalidFrames: DOH_RESETS_MAX,
  streamResetBurst: DOH_RESETS_MAX,
  streamResetRate: DOH_RESETS_MAX,
  settings: {
    enablePush: false,
    maxConcurrentStreams: DOH_STREAMS_MAX,
    maxHeaderListSize: DOH_HEADER_BYTES_MAX,
  },
};

type Response = {
  readonly status: number;
  readonly headers: Record<string, string | number>;
  readonly body: Uint8Array;
};

/** Owner of one connection. */
export class DohConnection implements PooledConnection {
  readonly clientKey: string;
  readonly #client: IpAddress;
  readonly #host: TcpHost;
  readonly #socket: TLSSocket;
  readonly #session: ServerHttp2Session | null;
  #lastQueryMs = performance.now();
  /** Octets of bodies that are not complete. */
  #pending = 0;
  /** Streams of HTTP/2, and those of them whose bodies are not complete. */
  readonly #open = new Set<ServerHttp2Stream>();
  readonly #unfinished = new Set<ServerHttp2Stream>();
  /** The client has closed its side. */
  #isEnded = false;
  /** Octets of responses that the client has not taken. */
  #unread = 0;

  /** `http1` speaks HTTP/1.1 for all connections of a worker, see {@link createHttp1}. */
  constructor(socket: TLSSocket, client: IpAddress, host: TcpHost, http1: Http1) {
    this.#client = client;
    this.clientKey = clientKeyOf(client);
    this.#host = host;
    this.#socket = socket;
    socket.on('error', () => count(host.counters, ListenerCounter.TCP_FAILED));
    socket.on('close', () => host.onClose(this));
    if (socket.alpnProtocol !== 'h2') {
      this.#session = null;
      http1.take(socket, this);
      return;
    }
    this.#session = performServerHandshake(socket, SESSION_OPTIONS);
    // Node holds a session whose peer will send no more until it has been idle; what is complete has been answered.
    // A turn later, when the bodies that came with the end have been read.
    socket.once('end', () => setImmediate(() => this.#endSession()));
    this.#session.on('stream', (stream, headers) => this.#onStream(stream, headers));
    // Frames against the protocol, floods of resets: Node has closed the session, and the socket with it.
    this.#session.on('error', () => {
      count(host.counters, ListenerCounter.DOH_REFUSED);
      socket.destroy();
    });
    this.#session.on('close', () => socket.destroySoon());
  }

  deadlineMs(idleMs: number): number {
    return this.#lastQueryMs + idleMs;
  }

  finish(): void {
    if (this.#session === null) this.#socket.end();
    else this.#session.close();
  }

  destroy(): void {
    this.#session?.destroy();
    this.#socket.destroy();
  }

  /** One request of HTTP/1.1. */
  onRequest(request: IncomingMessage, response: ServerResponse): void {
    const { headers } = request;
    const reply = (answer: Response) => {
      // A body that is refused is not read either.
      const isWhole = request.complete || answer.status === 200;
      response.writeHead(answer.status, isWhole ? answer.headers : { ...answer.headers, connection: 'close' });
      response.end(answer.body);
      if (!isWhole) response.once('finish', () => this.#socket.destroySoon());
    };
    const head = readDohHead(
      request.method ?? '',
      request.url ?? '',
      headers['content-type'],
      headers['content-length'],
    );
    if (head.kind === 'body') this.#readBody(request, reply);
    else if (head.kind === 'query') this.#serve(head.query, reply);
    else reply(this.#refuse(head.status));
  }

  #onStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    // A stream that ends in a reset is the client's affair; the session counts them.
    stream.on('error', () => {});
    this.#open.add(stream);
    stream.once('close', () => {
      this.#open.delete(stream);
      this.#leaveIfDone();
    });
    const reply = (answer: Response) => this.#respond(stream, answer);
    const head = readDohHead(
      headers[':method'] as string,
      headers[':path'] as string,
      headers['content-type'],
      headers['content-length'],
    );
    if (head.kind === 'body') {
      this.#unfinished.add(stream);
      for (const event of ['end', 'close']) stream.once(event, () => this.#unfinished.delete(stream));
      this.#readBody(stream, reply);
    } else if (head.kind === 'query') this.#serve(head.query, reply);
    else reply(this.#refuse(head.status));
  }

  /** Nothing more comes: bodies that are not complete never will be, and the rest goes out before the connection closes. */
  #endSession(): void {
    this.#isEnded = true;
    this.#session?.close();
    for (const stream of this.#unfinished) stream.close(constants.NGHTTP2_CANCEL);
    this.#leaveIfDone();
  }

  /** Node would wait for a stream whose headers are cut as well, which it has told nobody of. */
  #leaveIfDone(): void {
    if (this.#isEnded && this.#open.size === 0) this.#session?.destroy();
  }

  #respond(stream: ServerHttp2Stream, answer: Response): void {
    if (stream.destroyed || stream.closed) return;
    if (this.#unread > TCP_BACKLOG_BYTES_MAX) {
      stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
      return;
    }
    const octets = answer.body.length;
    this.#unread += octets;
    stream.once('close', () => {
      this.#unread -= octets;
    });
    stream.respond({ ':status': answer.status, ...answer.headers });
    stream.end(answer.body);
    // What is left of a refused body shall not come (RFC 9113 8.1).
    if (!stream.readableEnded && answer.status !== 200) stream.close(constants.NGHTTP2_NO_ERROR);
  }

  #readBody(body: IncomingMessage | ServerHttp2Stream, reply: (answer: Response) => void): void {
    const chunks: Buffer[] = [];
    let octets = 0;
    let isDone = false;
    const settle = (serve: () => void) => {
      if (isDone) return;
      isDone = true;
      this.#pending -= octets;
      serve();
    };
    body.on('data', (chunk: Buffer) => {
      if (isDone) return;
      octets += chunk.length;
      this.#pending += chunk.length;
      chunks.push(chunk);
      if (octets > MESSAGE_BYTES_MAX) settle(() => reply(this.#refuse(413)));
      else if (this.#pending > DOH_PENDING_BYTES_MAX) settle(() => reply(this.#refuse(429)));
    });
    body.once('end', () => settle(() => this.#serve(Buffer.concat(chunks, octets), reply)));
    body.once('close', () => {
      if (!isDone) this.#pending -= octets;
      isDone = true;
    });
  }

  #serve(query: Uint8Array, reply: (answer: Response) => void): void {
    const { timer } = this.#host;
    timer.begin();
    const answer = this.#answer(query);
    reply(answer);
    timer.end(answer.status === 200 ? 1 : 0);
  }

  #answer(query: Uint8Array): Response {
    const { work, answer, onQuery } = this.#host;
    this.#lastQueryMs = performance.now();
    onQuery(this);
    work.set(query);
    const octets = answer(work, 0, query.length, this.#client.family, this.#client.words);
    // Silence over UDP: a response, or too short for a query.
    if (octets === 0) return this.#refuse(400);
    const headers = {
      'content-type': DNS_MESSAGE,
      'content-length': octets,
      // Private: the answer is for this client's place, and not for whoever shares an HTTP cache with it.
      'cache-control': `private, max-age=${freshSeconds(work, 0, octets)}`,
    };
    return { status: 200, headers, body: work.slice(0, octets) };
  }

  #refuse(status: number): Response {
    count(this.#host.counters, ListenerCounter.DOH_REFUSED);
    const body = Buffer.from(REASONS[status] ?? 'not a DNS query');
    const headers = {
      'content-type': 'text/plain; charset=utf-8',
      'content-length': body.length,
      'cache-control': 'no-store',
      ...(status === 405 ? { allow: 'GET, POST' } : {}),
    };
    return { status, headers, body };
  }
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'no DNS query in base64url as the parameter dns, or not one that is answered\n',
  404: `DNS queries go to ${DOH_PATH}\n`,
  405: 'GET or POST\n',
  413: 'longer than a DNS message\n',
  415: `the type of a query is ${DNS_MESSAGE}\n`,
  429: 'too many requests begun and not ended\n',
};

/** HTTP/1.1 for all connections of a worker. */
export type Http1 = { readonly take: (socket: TLSSocket, connection: DohConnection) => void };

/** The parser of HTTP/1.1; idle and slow connections are closed by the pool, as all others. */
export function createHttp1(): Http1 {
  const connections = new WeakMap<object, DohConnection>();
  const server: Server = createServer(
    {
      maxHeaderSize: DOH_HEADER_BYTES_MAX,
      keepAliveTimeout: TCP_IDLE_MS,
      requireHostHeader: true,
    },
    (request, response) => connections.get(request.socket)?.onRequest(request, response),
  );
  server.maxHeadersCount = DOH_HEADERS_MAX;
  return {
    take: (socket, connection) => {
      connections.set(socket, connection);
      server.emit('connection', socket);
    },
  };
}
