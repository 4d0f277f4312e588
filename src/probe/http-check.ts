/**
 * HTTP and HTTPS check (RFC 9110, 9112): one request on a new connection, judged by the status and, where asked, by a text in
 * the first 5 KB of the body. Redirects are answers like any other. What is read is bounded: the header block by the parser,
 * interim responses by count, the body by octets, all of it by the attempt's deadline.
 *
 * Run by {@link runCheck}.
 */

import { type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import type { Socket } from 'node:net';
import { PROBE_HEADER_BYTES_MAX, PROBE_INTERIM_RESPONSES_MAX } from '../base/limits.ts';
import type { CheckSpec } from '../zone/zone-model.ts';
import type { CheckAttempt } from './check-attempt.ts';
import { type ExpectedText, expectText } from './expected-text.ts';
import { openConnection } from './open-connection.ts';
import { openTlsConnection } from './open-tls-connection.ts';
import { hostField } from './target-host.ts';

/** What is made of a response: it settles the attempt. */
export type JudgeResponse = (attempt: CheckAttempt, response: IncomingMessage) => void;

/** Requests the spec's path from the literal `address`; `judge` makes of the response what the spec expects unless given. */
export function checkHttp(attempt: CheckAttempt, address: string, judge: JudgeResponse = judgeResponse): void {
  const onReady = (socket: Socket) => sendRequest(attempt, socket, judge);
  if (attempt.spec.protocol === 'HTTPS') openTlsConnection(attempt, address, ['http/1.1'], onReady);
  else openConnection(attempt, address, onReady);
}

function sendRequest(attempt: CheckAttempt, socket: Socket, judgeBy: JudgeResponse): void {
  const { spec } = attempt;
  const sentMs = performance.now();
  let outgoing: ClientRequest;
  try {
    outgoing = request({
      createConnection: () => socket,
      method: spec.method,
      path: requestPath(spec.path),
      headers: requestHeaders(spec),
      setHost: false,
      maxHeaderSize: PROBE_HEADER_BYTES_MAX,
    });
  } catch (error) {
    // A header or method that HTTP cannot carry: the file's fault, not the endpoint's.
    attempt.abstainBy(error);
    return;
  }
  attempt.own(outgoing);
  let interim = 0;
  const judge = (response: IncomingMessage) => judgeBy(attempt, response);
  outgoing.on('socket', () => {
    // Before the parser's own listener, which may settle the attempt.
    socket.prependOnceListener('data', () => {
      attempt.serverMs = performance.now() - sentMs;
    });
  });
  outgoing.on('information', () => {
    interim += 1;
    if (interim > PROBE_INTERIM_RESPONSES_MAX) attempt.fail(`over ${PROBE_INTERIM_RESPONSES_MAX} interim responses`);
  });
  outgoing.on('response', judge);
  // 101, and any answer to CONNECT: the status is judged as of any other response.
  outgoing.on('upgrade', judge);
  outgoing.on('connect', judge);
  outgoing.on('error', (error) => attempt.failBy(error));
  outgoing.end();
}

function judgeResponse(attempt: CheckAttempt, response: IncomingMessage): void {
  const { spec } = attempt;
  const status = response.statusCode ?? 0;
  attempt.loadHeader = response.headers['endpoint-load-metrics'] ?? null;
  response.on('error', (error) => attempt.failBy(error));
  if (!spec.expectStatus.some(([low, high]) => status >= low && status <= high)) {
    attempt.fail(`status ${status}`);
    return;
  }
  const expected = expectText(spec);
  if (expected === null) attempt.pass();
  else seek(attempt, response, expected);
}

/** Passes as soon as what is expected stands in the body, fails when it ends or is read far enough without. */
function seek(attempt: CheckAttempt, response: IncomingMessage, expected: ExpectedText): void {
  attempt.stage = 'body';
  const settle = (found: ReturnType<ExpectedText['take']>) => {
    if (found === 'found') attempt.pass();
    else if (found === 'missing') attempt.fail('body lacks expected text');
  };
  response.on('data', (chunk: Buffer) => {
    if (attempt.isOpen) settle(expected.take(chunk));
  });
  response.on('end', () => settle(expected.end()));
}

function requestHeaders(spec: CheckSpec): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  const own = new Set(Object.keys(spec.headers).map((name) => name.toLowerCase()));
  const defaults = {
    Host: hostField(spec.host, spec.port, spec.protocol === 'HTTPS' ? 443 : 80),
    'User-Agent': 'meridian-probe',
    Accept: '*/*',
    // The expected text is sought in the octets as sent.
    'Accept-Encoding': 'identity',
    Connection: 'close',
  };
  for (const [name, value] of Object.entries(defaults)) if (!own.has(name.toLowerCase())) headers[name] = value;
  return { ...headers, ...spec.headers };
}

/** The path in origin-form (RFC 9112 3.2.1): rooted, and octets that may not stand in a request line percent-encoded. */
function requestPath(path: string): string {
  const rooted = path.startsWith('/') || path === '*' ? path : `/${path}`;
  return rooted.toWellFormed().replace(/[^\x21-\x7e]+/gu, encodeURIComponent);
}
