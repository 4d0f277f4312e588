/**
 * Runs one check of any kind within its time. The way in for the scheduler; the kinds stand in files of their own.
 */

import type { CheckSpec } from '../zone/zone-model.ts';
import { CheckAttempt, type ProbeResult } from './check-attempt.ts';
import { checkHttp } from './http-check.ts';
import { fetchLoad } from './load-fetch.ts';
import { resolveTarget } from './resolve-target.ts';
import { checkTcp } from './tcp-check.ts';
import { checkUdp } from './udp-check.ts';

/** How a scheduler runs checks: resolves within the spec's timeout (and some milliseconds), never rejects. */
export type RunCheck = (spec: CheckSpec, signal: AbortSignal) => Promise<ProbeResult>;

/**
 * Checks `spec` once. The timeout covers everything, the resolution of a target's name included; sockets are destroyed when
 * the promise resolves. Aborting `signal` ends the check at once, as unknown. A check that has passed and has a `load_path` asks
 * for that too, in the time that is left.
 */
export async function runCheck(
  spec: CheckSpec,
  signal: AbortSignal,
  resolve: typeof resolveTarget = resolveTarget,
): Promise<ProbeResult> {
  const startMs = performance.now();
  const attempt = new CheckAttempt(spec, signal);
  let address = '';
  try {
    const found = await Promise.race([resolve(spec.target), attempt.settled]);
    if (attempt.isOpen && 'address' in found) {
      ({ address } = found);
      startCheck(attempt, address);
    } else if (attempt.isOpen && 'fault' in found) {
      if (found.fault === 'endpoint') attempt.fail(found.reason);
      else attempt.abstain(found.reason);
    }
  } catch (error) {
    attempt.abstainBy(error);
  }
  const result = await attempt.settled;
  if (spec.loadPath === null || result.outcome !== 'ok') return result;
  const leftMs = spec.timeoutMs - (performance.now() - startMs);
  return { ...result, load: await fetchLoad(spec, spec.loadPath, address, leftMs, signal) };
}

function startCheck(attempt: CheckAttempt, address: string): void {
  switch (attempt.spec.protocol) {
    case 'HTTP':
    case 'HTTPS':
      checkHttp(attempt, address);
      return;
    case 'TCP':
      checkTcp(attempt, address);
      return;
    case 'UDP':
      checkUdp(attempt, address);
      return;
    case 'ICMP':
      // Unprivileged ICMP sockets are off on many hosts and a process per ping does not carry 10,000 targets.
      attempt.abstain('ICMP checks are not supported');
      return;
    default:
      attempt.abstain(`${String(attempt.spec.protocol)} checks are not supported`);
  }
}
