/** A TcpListener in this process that speaks everything, over an answerer of the test's own. */

import { type IpPrefix, parseIpPrefix } from '../../src/base/ip-prefix.ts';
import type { AnswerPort } from '../../src/server/answer-port.ts';
import { createListenerCounters, type ListenerCounters } from '../../src/server/listener-counters.ts';
import { ProxySources } from '../../src/server/proxy-sources.ts';
import type { StreamService } from '../../src/server/serve-options.ts';
import { TcpListener, type TcpListenerOptions } from '../../src/server/tcp-listener.ts';
import { idleTimers } from './service-timer.ts';
import { pem, TLS_FILES } from './tls-files.ts';

export type StreamListener = {
  readonly listener: TcpListener;
  readonly counters: ListenerCounters;
  readonly ports: Readonly<Record<StreamService, number>>;
};

/** Started on loopback with the certificate of the vectors; to be stopped by the caller. */
export async function startStreamListener(
  answer: AnswerPort,
  options: Partial<TcpListenerOptions> & { readonly proxyFrom?: readonly string[] } = {},
): Promise<StreamListener> {
  const counters = createListenerCounters();
  const services = ['tcp', 'tls', 'https'] as const;
  const prefixes = (options.proxyFrom ?? []).map((text) => parseIpPrefix(text) as IpPrefix);
  const listener = new TcpListener(
    {
      listen: services.map((service) => ({ address: '127.0.0.1', port: 0, service })),
      reusePort: false,
      proxySources: new ProxySources(prefixes),
      ticketKeys: new Uint8Array(48).fill(7),
      descriptorsLeft: () => Number.POSITIVE_INFINITY,
      ...options,
    },
    { tcp: answer, tls: answer, https: answer },
    counters,
    idleTimers(),
  );
  listener.setCertificate({ cert: pem(TLS_FILES.cert), key: pem(TLS_FILES.key) });
  const [tcp, tls, https] = await listener.start();
  return { listener, counters, ports: { tcp: tcp!, tls: tls!, https: https! } };
}
