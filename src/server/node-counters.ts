/** The counters of a node under one flat list of names, for status and metrics. */

import type { CounterReport } from '../answer/counters.ts';

/** `queriesUdp`, `rcode3`, `tcpEvicted` …; RCODEs that never occurred are left out. */
export function flattenCounters(
  report: CounterReport,
  listeners: Readonly<Record<string, number>>,
): Record<string, number> {
  const { queries, rcodes, types: _, scopes: __, ...others } = report;
  const flat: Record<string, number> = {
    queriesUdp: queries.udp,
    queriesTcp: queries.tcp,
    queriesTls: queries.tls,
    queriesHttps: queries.https,
    ...others,
  };
  for (const [rcode, count] of rcodes.entries()) if (count > 0) flat[`rcode${rcode}`] = count;
  return { ...flat, ...listeners };
}
