/**
 * Addresses of targets that are host names: the hosts file first, then the system's DNS servers, IPv4 before IPv6, as the
 * system's own resolver would, but without its four threads that one slow server blocks for everybody.
 *
 * Answers are kept for their TTL within bounds, so that a check every few seconds is not a query every few seconds; when the
 * servers fail, the last answer stands for an hour. Names are asked as absolute: search domains belong to people.
 *
 * Built by `resolve-target.ts` over this system's files and servers.
 */

import type { RecordWithTtl } from 'node:dns';
import { isIP } from 'node:net';
import { PROBE_NAMES_MAX } from '../base/limits.ts';
import { errorCode } from './failure-reason.ts';

/** A literal address, or why there is none: by the endpoint's fault (the name is not there) or the observer's (no DNS). */
export type ResolvedTarget =
  | { readonly address: string }
  | { readonly fault: 'endpoint' | 'observer'; readonly reason: string };

/** Where names are looked up. */
export type NameSource = {
  readonly hostsFile: () => Promise<string>;
  readonly resolve4: (name: string) => Promise<RecordWithTtl[]>;
  readonly resolve6: (name: string) => Promise<RecordWithTtl[]>;
  readonly monotonicMs: () => number;
};

/** Least and longest time that an answer is used without asking again, whatever its TTL. */
const FRESH_MS_MIN = 5_000;
const FRESH_MS_MAX = 60_000;
/** How long an answer stands in for servers that do not give a newer one. */
const STALE_MS_MAX = 3_600_000;
/** How long a read hosts file counts as read. */
const HOSTS_MS = 30_000;

type KnownName = { readonly address: string; readonly atMs: number; readonly freshUntilMs: number };

/** Owner of the answers; one a process. */
export class TargetResolver {
  readonly #source: NameSource;
  readonly #known = new Map<string, KnownName>();
  readonly #asking = new Map<string, Promise<ResolvedTarget>>();
  #hosts = new Map<string, string>();
  #hostsReadMs = Number.NEGATIVE_INFINITY;

  constructor(source: NameSource) {
    this.#source = source;
  }

  /** The address to connect to for `target`, a literal address or a host name. Never rejects; a slow server is slow here. */
  resolve(target: string): Promise<ResolvedTarget> {
    if (isIP(target) !== 0) return Promise.resolve({ address: target });
    const name = target.toLowerCase().replace(/\.$/, '');
    const known = this.#known.get(name);
    if (known !== undefined && this.#source.monotonicMs() < known.freshUntilMs) {
      return Promise.resolve({ address: known.address });
    }
    const asked = this.#asking.get(name);
    if (asked !== undefined) return asked;
    const asking = this.#ask(name).finally(() => this.#asking.delete(name));
    this.#asking.set(name, asking);
    return asking;
  }

  async #ask(name: string): Promise<ResolvedTarget> {
    const written = (await this.#readHosts()).get(name);
    if (written !== undefined) return { address: written };
    try {
      const record = await this.#query(name);
      if (record === null) return { fault: 'endpoint', reason: 'name has no address' };
      this.#remember(name, record);
      return { address: record.address };
    } catch (error) {
      const known = this.#known.get(name);
      if (known !== undefined && this.#source.monotonicMs() - known.atMs < STALE_MS_MAX)
        return { address: known.address };
      // SERVFAIL is said by a server that lives: clients of this name get no further than we do (RFC 2308 7.1).
      if (errorCode(error) === 'ESERVFAIL') return { fault: 'endpoint', reason: 'name does not resolve (SERVFAIL)' };
      return { fault: 'observer', reason: `agent's DNS failed (${errorCode(error) || 'error'})` };
    }
  }

  /** The first address of `name`, or null when it is known to have none. */
  async #query(name: string): Promise<RecordWithTtl | null> {
    for (const resolve of [this.#source.resolve4, this.#source.resolve6]) {
      try {
        const records = await resolve(name);
        if (records[0] !== undefined) return records[0];
      } catch (error) {
        if (!['ENOTFOUND', 'ENODATA'].includes(errorCode(error))) throw error;
      }
    }
    return null;
  }

  #remember(name: string, record: RecordWithTtl): void {
    const atMs = this.#source.monotonicMs();
    const freshMs = Math.min(Math.max(record.ttl * 1000, FRESH_MS_MIN), FRESH_MS_MAX);
    this.#known.delete(name);
    if (this.#known.size >= PROBE_NAMES_MAX) {
      for (const oldest of this.#known.keys()) {
        this.#known.delete(oldest);
        break;
      }
    }
    this.#known.set(name, { address: record.address, atMs, freshUntilMs: atMs + freshMs });
  }

  async #readHosts(): Promise<Map<string, string>> {
    const nowMs = this.#source.monotonicMs();
    if (nowMs - this.#hostsReadMs < HOSTS_MS) return this.#hosts;
    this.#hostsReadMs = nowMs;
    try {
      this.#hosts = parseHosts(await this.#source.hostsFile());
    } catch {
      // Many containers have none.
      this.#hosts = new Map();
    }
    return this.#hosts;
  }
}

/** Name to address, as hosts(5): the first line with a name wins, IPv4 before IPv6. */
function parseHosts(text: string): Map<string, string> {
  const hosts = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = isIP(address ?? '');
    if (address === undefined || family === 0) continue;
    for (const name of names.map((written) => written.toLowerCase())) {
      const earlier = hosts.get(name);
      if (earlier === undefined || (family === 4 && isIP(earlier) === 6)) hosts.set(name, address);
    }
  }
  return hosts;
}
