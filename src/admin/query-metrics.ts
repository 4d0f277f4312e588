/** What the workers counted in Prometheus's words: each count of `status` belongs to one family here. Used by `node-metrics.ts`. */

import type { Registry } from 'prom-client';
import type { NodeStatus } from '../server/node-status.ts';
import { Rcode } from '../wire/codes.ts';
import { counterIn, gaugeIn } from './metric-families.ts';

/** Counts of queries that got no answer, or whose answer did not leave, by their cause. */
const DROP_CAUSES: Readonly<Record<string, string>> = {
  silent: 'unanswerable',
  rateDropped: 'rate_limit',
  udpPortZero: 'port_zero',
  udpTooLong: 'too_long',
  udpSendDropped: 'socket_full',
  udpSendFailed: 'send_failed',
  proxyRefused: 'proxy_header',
};
/** What went wrong at sockets and in this program. */
const ERROR_CAUSES: Readonly<Record<string, string>> = {
  answerBugs: 'answer_bug',
  udpSocketFailed: 'udp_socket',
  tcpFailed: 'tcp_connection',
  tcpAcceptFailed: 'tcp_accept',
  tcpNoDescriptors: 'no_descriptors',
  tcpBadFrame: 'tcp_frame',
  tlsFailed: 'tls_handshake',
  dohRefused: 'doh_request',
};
/** Ways of connections over TCP. */
const CONNECTION_EVENTS: Readonly<Record<string, string>> = {
  tcpAccepted: 'accepted',
  tlsAccepted: 'tls_established',
  tcpEvicted: 'evicted',
  tcpTimedOut: 'timed_out',
};
const RATE_ACTIONS: Readonly<Record<string, string>> = {
  rateOver: 'over',
  rateDropped: 'dropped',
  rateSlipped: 'slipped',
};
const COOKIE_STATES: Readonly<Record<string, string>> = { cookies: 'presented', cookiesGood: 'good' };

/** The families, and what fills them from a status. */
export function queryMetrics(registry: Registry): (status: NodeStatus) => void {
  const counter = counterIn(registry);
  const queries = counter('meridian_dns_queries_total', 'Queries received.', ['transport']);
  const answers = counter('meridian_dns_answers_total', 'Answers made, by response code.', ['rcode']);
  const events = counter('meridian_dns_events_total', 'What else there was to queries and answers, by kind.', [
    'event',
  ]);
  const mapped = [
    [DROP_CAUSES, 'cause', counter('meridian_dns_drops_total', 'Queries without an answer, by cause.', ['cause'])],
    [
      ERROR_CAUSES,
      'cause',
      counter('meridian_dns_errors_total', 'Faults of sockets and answers, by cause.', ['cause']),
    ],
    [
      CONNECTION_EVENTS,
      'event',
      counter('meridian_tcp_connection_events_total', 'Connections by what became of them.', ['event']),
    ],
    [
      RATE_ACTIONS,
      'action',
      counter('meridian_rate_limit_answers_total', 'Answers over the rate limit; of these not sent, and sent short.', [
        'action',
      ]),
    ],
    [
      COOKIE_STATES,
      'state',
      counter('meridian_dns_cookies_total', 'Queries with a cookie; with a good one.', ['state']),
    ],
  ] as const;
  const open = gaugeIn(registry)('meridian_tcp_connections', 'TCP connections open.');
  return ({ counters }) => {
    for (const family of [queries, answers, events, ...mapped.map(([, , counter]) => counter)]) family.reset();
    for (const [name, count] of Object.entries(counters)) {
      const rcode = /^rcode(\d+)$/.exec(name)?.[1];
      const transport = /^queries([A-Z][a-z]+)$/.exec(name)?.[1];
      const homes = mapped.filter(([names]) => name in names);
      for (const [names, label, family] of homes) family.inc({ [label]: names[name]! }, count);
      if (homes.length > 0) continue;
      if (transport !== undefined) queries.inc({ transport: transport.toLowerCase() }, count);
      else if (name === 'tcpOpen') open.set(count);
      else if (rcode !== undefined) answers.inc({ rcode: rcodeName(Number(rcode)) }, count);
      else events.inc({ event: name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) }, count);
    }
  };
}

function rcodeName(code: number): string {
  return Object.entries(Rcode).find(([, value]) => value === code)?.[0] ?? String(code);
}
