/**
 * How fast one client may ask the admin API: a bucket of requests for each, filled steadily and as deep as a large operations centre behind one
 * address needs. The table is bounded; who was not heard of longest is forgotten first, with a full bucket when it comes again.
 *
 * Owned by `admin-server.ts`, asked by `admin-api.ts` before everything but health.
 */

import { parseIpAddress, unmapAddress } from '../base/ip-address.ts';
import { ADMIN_CLIENTS_MAX, ADMIN_REQUESTS_BURST, ADMIN_REQUESTS_PER_SECOND } from '../base/limits.ts';
import { clientKeyOf } from '../server/client-key.ts';

type Bucket = { requests: number; atMs: number };

/** Owner of the buckets. */
export class RequestRate {
  readonly #nowMs: () => number;
  /** Who was heard of longest ago first. */
  readonly #buckets = new Map<string, Bucket>();

  /** `nowMs` is monotonic. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /**
   * Takes `requests` from the bucket of the client at `address`. 0: it may go on; else the whole seconds after which it may, and
   * nothing has been taken.
   */
  take(address: string, requests = 1): number {
    const bucket = this.#bucketOf(address);
    const missing = requests - bucket.requests;
    if (missing > 0) return Math.ceil(missing / ADMIN_REQUESTS_PER_SECOND);
    bucket.requests -= requests;
    return 0;
  }

  /** Takes up to `requests` from it for what has been refused already. */
  charge(address: string, requests: number): void {
    const bucket = this.#bucketOf(address);
    bucket.requests = Math.max(0, bucket.requests - requests);
  }

  #bucketOf(address: string): Bucket {
    const key = keyOf(address);
    const nowMs = this.#nowMs();
    const bucket = this.#buckets.get(key) ?? { requests: ADMIN_REQUESTS_BURST, atMs: nowMs };
    const earned = ((nowMs - bucket.atMs) * ADMIN_REQUESTS_PER_SECOND) / 1_000;
    bucket.requests = Math.min(ADMIN_REQUESTS_BURST, bucket.requests + earned);
    bucket.atMs = nowMs;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > ADMIN_CLIENTS_MAX) {
      const [oldest] = this.#buckets.keys();
      this.#buckets.delete(oldest!);
    }
    return bucket;
  }
}

/** An IPv6 client has its whole /64. */
function keyOf(address: string): string {
  const parsed = parseIpAddress(address.replace(/%.*$/, ''));
  return parsed === null ? '' : clientKeyOf(unmapAddress(parsed));
}
