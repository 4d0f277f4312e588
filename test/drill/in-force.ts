/** Waiting for what was saved: a reload is over when the tables are handed out, and workers take them between two batches. */

import { setTimeout as sleep } from 'node:timers/promises';
import { ask, type DnsServer } from '../tools/dns-client.ts';

/** Twice the time after which files are looked at whatever the kernel reports. */
const WITHIN_MS = 10_000;

/** Resolves when `name` has the address `address`; throws if that does not come. */
export async function untilInForce(server: DnsServer, name: string, address: string): Promise<void> {
  for (const endMs = performance.now() + WITHIN_MS; ; await sleep(10)) {
    const { answers, rcode } = await ask(server, name, 'A');
    if (answers[0]?.data === address) return;
    if (performance.now() > endMs)
      throw new Error(`${name} has ${answers[0]?.data ?? `RCODE ${rcode}`}, not ${address}`);
  }
}
