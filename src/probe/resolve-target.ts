/** The addresses of targets by this system's hosts file and DNS servers. Read by {@link runCheck}. */

import { promises as dns } from 'node:dns';
import { readFile } from 'node:fs/promises';
import { systemClock } from '../redis/system-clock.ts';
import { type ResolvedTarget, TargetResolver } from './target-resolver.ts';

/** A server that is silent for this long is asked once more, then the next one. */
const SERVER_TIMEOUT_MS = 1_000;
const SERVER_TRIES = 2;

let systemResolver: TargetResolver | null = null;

/** As {@link TargetResolver.resolve}. */
export function resolveTarget(target: string): Promise<ResolvedTarget> {
  systemResolver ??= createSystemResolver();
  return systemResolver.resolve(target);
}

function createSystemResolver(): TargetResolver {
  const resolver = new dns.Resolver({ timeout: SERVER_TIMEOUT_MS, tries: SERVER_TRIES });
  return new TargetResolver({
    hostsFile: () => readFile('/etc/hosts', 'utf8'),
    resolve4: (name) => resolver.resolve4(name, { ttl: true }),
    resolve6: (name) => resolver.resolve6(name, { ttl: true }),
    monotonicMs: systemClock.monotonicMs,
  });
}
