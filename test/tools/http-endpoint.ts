/**
 * An endpoint on loopback that does what a test tells it, the good and the hostile: HTTP, HTTPS or bare TCP. It writes its
 * own octets, since a well-behaved HTTP server cannot be made to misbehave.
 *
 *   const endpoint = await startHttpEndpoint({ address: '127.0.0.2' });
 *   endpoint.behaviour = { does: 'answer', status: 503 };
 *   await endpoint.refuse();   // nothing listens: connections are refused
 *   await endpoint.accept();   // the same port again
 *   await endpoint.stop();
 */

import { readFileSync } from 'node:fs';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { freePort } from './free-port.ts';

/** What happens to a connection from its acceptance (`close`, `reset`, `silence`) or once a request's headers are in. */
export type EndpointBehaviour =
  /** A proper response, after `delayMs`. */
  | {
      readonly does: 'answer';
      readonly status?: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly delayMs?: number;
    }
  /** Accepts, reads, and never writes nor closes, not even when the client does. */
  | { readonly does: 'silence' }
  /** Closes, or resets, as soon as it has accepted. */
  | { readonly does: 'close' }
  | { readonly does: 'reset' }
  /** A good status and a body without end: as fast as the client reads. */
  | { readonly does: 'endless-body'; readonly text?: string }
  /** A good status, then one octet of body every `everyMs`. */
  | { readonly does: 'drip-body'; readonly everyMs: number }
  /** One octet of the status line every `everyMs`. */
  | { readonly does: 'drip-headers'; readonly everyMs: number }
  /** Header fields without end. */
  | { readonly does: 'endless-headers' }
  /** Interim responses (103) without end. */
  | { readonly does: 'endless-interim' }
  /** These octets, then a close. */
  | { readonly does: 'raw'; readonly octets: string };

/** Certificate of `test/vectors/tls/` that the endpoint shows. */
export type EndpointCertificate = 'server' | 'expired' | 'self-signed';

/** One request as it came. Names of headers are in lower case. */
export type SeenRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Server name indication, or null: none, or no TLS. */
  readonly serverName: string | null;
};

export type HttpEndpointOptions = {
  /** 127.0.0.1 if not given; any of 127.0.0.0/8, or ::1. */
  readonly address?: string;
  /** A free port if not given. */
  readonly port?: number;
  readonly behaviour?: EndpointBehaviour;
  /** Speaks TLS with it. */
  readonly certificate?: EndpointCertificate;
};

/** Octets written at a time by the behaviours without end. */
const FLOOD_BYTES = 16_384;
const TLS_DIRECTORY = new URL('../vectors/tls/', import.meta.url);

/** Owner of the listening socket and all its connections. */
export class HttpEndpoint {
  readonly address: string;
  readonly port: number;
  behaviour: EndpointBehaviour;
  /** The last requests, newest last; `requestCount` counts all. */
  readonly requests: SeenRequest[] = [];
  requestCount = 0;
  connectionCount = 0;
  /** TLS connections that went on with an earlier session. */
  resumedCount = 0;
  readonly #certificate: EndpointCertificate | null;
  readonly #open = new Set<Socket>();
  #server: Server | null = null;

  constructor(options: HttpEndpointOptions & { readonly port: number }) {
    this.address = options.address ?? '127.0.0.1';
    this.port = options.port;
    this.behaviour = options.behaviour ?? { does: 'answer' };
    this.#certificate = options.certificate ?? null;
  }

  /** `http://127.0.0.1:1234`. */
  get origin(): string {
    const host = this.address.includes(':') ? `[${this.address}]` : this.address;
    return `${this.#certificate === null ? 'http' : 'https'}://${host}:${this.port}`;
  }

  /** Connections that neither side has fully closed. */
  get openConnections(): number {
    return this.#open.size;
  }

  /** Listens, again or for the first time. */
  async accept(): Promise<void> {
    if (this.#server !== null) return;
    const server = this.#createServer();
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: this.address, port: this.port, backlog: 4096 }, resolve);
    });
  }

  /** Stops listening and drops every connection: the next one is refused. */
  async refuse(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const socket of this.#open) socket.destroy();
    if (server !== null) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  /** As {@link refuse}, at the end of a test. */
  stop(): Promise<void> {
    return this.refuse();
  }

  #createServer(): Server {
    const options = { allowHalfOpen: true, pauseOnConnect: false };
    if (this.#certificate === null) {
      const server = createTcpServer(options, (socket) => this.#serve(socket));
      return server.on('connection', (socket) => this.#track(socket));
    }
    const key = readFileSync(new URL('server.key', TLS_DIRECTORY));
    const cert = readFileSync(new URL(`${this.#certificate}.pem`, TLS_DIRECTORY));
    const server = createTlsServer({ ...options, key, cert }, (socket) => {
      if (socket.isSessionReused()) this.resumedCount += 1;
      this.#serve(socket);
    });
    server.on('tlsClientError', () => {});
    return server.on('connection', (socket) => this.#track(socket));
  }

  #track(socket: Socket): void {
    this.connectionCount += 1;
    this.#open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#open.delete(socket));
    if (this.behaviour.does === 'close') socket.destroy();
    else if (this.behaviour.does === 'reset') socket.resetAndDestroy();
  }

  #serve(socket: Socket): void {
    let head = '';
    socket.on('error', () => {});
    socket.on('end', () => {
      if (this.behaviour.does !== 'silence') socket.end();
    });
    socket.on('data', (chunk) => {
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.#note(head.slice(0, end), socket);
      head = head.slice(end + 4);
      this.#respond(socket);
    });
  }

  #note(head: string, socket: Socket): void {
    const [requestLine = '', ...fields] = head.split('\r\n');
    const [method = '', path = ''] = requestLine.split(' ');
    const headers: Record<string, string> = {};
    for (const field of fields) {
      const colon = field.indexOf(':');
      headers[field.slice(0, colon).toLowerCase()] = field.slice(colon + 1).trim();
    }
    const serverName = socket instanceof TLSSocket && typeof socket.servername === 'string' ? socket.servername : null;
    this.requestCount += 1;
    this.requests.push({ method, path, headers, serverName });
    if (this.requests.length > 100) this.requests.shift();
  }

  #respond(socket: Socket): void {
    const { behaviour } = this;
    switch (behaviour.does) {
      case 'answer':
        if (behaviour.delayMs === undefined) socket.end(responseText(behaviour));
        else later(socket, behaviour.delayMs, () => socket.end(responseText(behaviour)));
        return;
      case 'endless-body':
        socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n');
        flood(socket, (behaviour.text ?? 'x').repeat(FLOOD_BYTES).slice(0, FLOOD_BYTES));
        return;
      case 'drip-body':
        socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n');
        drip(socket, behaviour.everyMs);
        return;
      case 'drip-headers':
        socket.write('HTTP/1.1 200 O');
        drip(socket, behaviour.everyMs);
        return;
      case 'endless-headers':
        socket.write('HTTP/1.1 200 OK\r\n');
        flood(socket, 'X-Padding: 0123456789\r\n'.repeat(200));
        return;
      case 'endless-interim':
        flood(socket, 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n'.repeat(100));
        return;
      case 'raw':
        socket.end(Buffer.from(behaviour.octets, 'latin1'));
        return;
    }
  }
}

/** An endpoint that listens. */
export async function startHttpEndpoint(options: HttpEndpointOptions = {}): Promise<HttpEndpoint> {
  const port = options.port ?? (await freePort(options.address ?? '127.0.0.1'));
  const endpoint = new HttpEndpoint({ ...options, port });
  await endpoint.accept();
  return endpoint;
}

function responseText(answer: Extract<EndpointBehaviour, { does: 'answer' }>): string {
  const body = answer.body ?? 'ok';
  const fields = { 'Content-Type': 'text/plain', 'Content-Length': String(Buffer.byteLength(body)), ...answer.headers };
  const lines = Object.entries({ ...fields, Connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${answer.status ?? 200} Told\r\n${lines.join('')}\r\n${body}`;
}

/** Writes `text` again and again, as fast as it is read. */
function flood(socket: Socket, text: string): void {
  const write = () => {
    while (!socket.destroyed && socket.writable && socket.write(text));
  };
  socket.on('drain', write);
  write();
}

function drip(socket: Socket, everyMs: number): void {
  const timer = setInterval(() => socket.writable && socket.write('x'), everyMs);
  socket.on('close', () => clearInterval(timer));
}

function later(socket: Socket, delayMs: number, action: () => void): void {
  const timer = setTimeout(action, delayMs);
  socket.on('close', () => clearTimeout(timer));
}
