/** Waiting for what was saved: a reload is over when the tables are handed out, and workers take them between two batches. */

import { setTimeout as sleep } from 'node:timers/promises';
import { ask, type DnsServer } from '../tools/dns-client.ts';

/** So many clients in a row, each with a port of its own: of two workers, the one that lags is asked by one of them. */
const CLIENTS = 16;
/** Twice the time after which files are looked at whatever the kernel reports. */
const WITHIN_MS = 10_000;

/** Resolves when `name` has the address `address` for {@link CLIENTS} in a row; throws if that does not come. */
export async function untilInForce(server: DnsServer, name: string, address: string): Promise<void> {
  let content = 0;
  for (const endMs = performance.now() + WITHIN_MS; ; ) {
    const { answers, rcode } = await ask(server, name, 'A');
    if (answers[0]?.data === address) {
      if (++content === CLIENTS) return;
      continue;
    }
    content = 0;
    await sleep(10);
    if (performance.now() > endMs)
      throw new Error(`${name} has ${answers[0]?.data ?? `RCODE ${rcode}`}, not ${address}`);
  }
}
