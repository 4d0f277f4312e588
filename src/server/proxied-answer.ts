/**
 * PROXY headers before datagrams, taken off between the socket and the answer: the client that the header names is the one
 * whose place decides and whose limits count. A listener without trusted proxies gets no such wrapper and pays nothing.
 */

import { hasProxySignature, ProxyHeader } from '../wire/proxy-header.ts';
import type { AnswerPort } from './answer-port.ts';
import { count, ListenerCounter, type ListenerCounters } from './listener-counters.ts';
import type { ProxySources } from './proxy-sources.ts';

/**
 * `answer` for datagrams of which those from `sources` begin with a header. Silent, and counted, where a trusted source
 * sends none or a bad one, and where somebody else sends one.
 */
export function createProxiedAnswer(answer: AnswerPort, sources: ProxySources, counters: ListenerCounters): AnswerPort {
  const header = new ProxyHeader();
  return (bytes, start, length, family, words) => {
    if (!sources.has(family, words)) {
      if (!hasProxySignature(bytes, start, length)) return answer(bytes, start, length, family, words);
      count(counters, ListenerCounter.PROXY_REFUSED);
      return 0;
    }
    const octets = header.parse(bytes, start, length);
    if (octets <= 0) {
      count(counters, ListenerCounter.PROXY_REFUSED);
      return 0;
    }
    bytes.copyWithin(start, start + octets, start + length);
    if (header.family === 0) return answer(bytes, start, length - octets, family, words);
    return answer(bytes, start, length - octets, header.family, header.words);
  };
}
