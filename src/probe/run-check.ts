/**
 * Runs one check of any kind within its time. The way in for the scheduler; the kinds stand in files of their own.
 */

import { isMetadataAddress } from '../base/metadata-address.ts';
import type { CheckSpec } from '../zone/zone-model.ts';
import { CheckAttempt, type ProbeResult } from './check-attempt.ts';
import { checkDns } from './dns-check.ts';
import { checkHttp } from './http-check.ts';
import { checkIcmp } from './icmp-check.ts';
import { fetchLoad } from './load-fetch.ts';
import { resolveTarget } from './resolve-target.ts';
import { checkTcp } from './tcp-check.ts';
import { checkTls } from './tls-check.ts';
import { checkUdp } from './udp-check.ts';

/** What a check may reach. */
export type CheckReach = {
  /** Names of targets by this system's files and servers if not given. */
  readonly resolve?: typeof resolveTarget;
  /** Whether link-local and cloud metadata addresses may be asked, named in the file or found by resolving; false if not given. */
  readonly metadataTargets?: boolean;
};

/** How a scheduler runs checks: resolves within the spec's timeout (and some milliseconds), never rejects. */
export type RunCheck = (spec: CheckSpec, signal: AbortSignal) => Promise<ProbeResult>;

/**
 * Checks `spec` once. The timeout covers everything, the resolution of a target's name included; sockets are destroyed when
 * the promise resolves (a DNS check's at its timeout). Aborting `signal` ends the check at once, as unknown. A check that has passed and has a `load_path` asks
 * for that too, in the time that is left.
 */
export async function runCheck(
  spec: CheckSpec,
  signal: AbortSignal,
  { resolve = resolveTarget, metadataTargets = false }: CheckReach = {},
): Promise<ProbeResult> {
  const startMs = performance.now();
  const attempt = new CheckAttempt(spec, signal);
  let address = '';
  try {
    const found = await Promise.race([resolve(spec.target), attempt.settled]);
    if (attempt.isOpen && 'address' in found) {
      ({ address } = found);
      if (metadataTargets || !isMetadataAddress(address)) startCheck(attempt, address);
      else attempt.abstain(`not asked: ${address} is link-local or a cloud metadata address (metadata-targets)`);
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
    case 'TLS':
      checkTls(attempt, address);
      return;
    case 'ICMP':
      checkIcmp(attempt, address);
      return;
    case 'DNS':
      checkDns(attempt, address);
      return;
    default:
      attempt.abstain(`${String(attempt.spec.protocol)} checks are not supported`);
  }
}
