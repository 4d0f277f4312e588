/**
 * How a node's health feed stands, read from its parts and changing none of them: for `status`, `/readyz` and metrics, and as the node's
 * own word in the store.
 */

import type { AgentLedger, AgentStanding } from '../health/agent-ledger.ts';
import type { CheckJudge } from '../health/check-judge.ts';
import type { ModeState } from '../health/node-mode.ts';
import { listVerdicts } from '../health/node-status.ts';
import type { ModeKeeper } from './mode-keeper.ts';
import type { FeedFacts } from './node-heartbeat.ts';
import type { RefusalLog } from './refusal-log.ts';
import type { StateStore, StoreState } from './state-store.ts';

export type FeedStatus = {
  readonly mode: ModeState['mode'];
  readonly modeReason: ModeState['reason'];
  readonly modeHeldMs: number;
  readonly store: StoreState;
  readonly trouble: string | null;
  /** Records not believed since the start. */
  readonly refused: number;
  readonly checksUp: number;
  readonly checksDown: number;
  readonly checksUnknown: number;
  readonly regionsFresh: number;
  readonly regionsKnown: number;
  readonly agents: readonly AgentStanding[];
};

/** The parts of a feed that its status is read from. */
export type FeedParts = {
  readonly store: Pick<StateStore, 'state' | 'trouble'>;
  readonly mode: Pick<ModeKeeper, 'state' | 'regions'>;
  readonly judge: Pick<CheckJudge, 'checks'>;
  readonly ledger: Pick<AgentLedger, 'standings'>;
  readonly refusals: Pick<RefusalLog, 'total'>;
};

/** The whole status, at `nowMs` (monotonic). */
export function feedStatus({ store, mode, judge, ledger, refusals }: FeedParts, nowMs: number): FeedStatus {
  const counts = { up: 0, down: 0, unknown: 0 };
  for (const { verdict } of judge.checks) counts[verdict]++;
  return {
    mode: mode.state.mode,
    modeReason: mode.state.reason,
    modeHeldMs: nowMs - mode.state.sinceMs,
    store: store.state,
    trouble: store.trouble,
    refused: refusals.total,
    checksUp: counts.up,
    checksDown: counts.down,
    checksUnknown: counts.unknown,
    regionsFresh: mode.regions.fresh,
    regionsKnown: mode.regions.known,
    agents: ledger.standings(nowMs),
  };
}

/** What of it the node publishes, with the checks that are down or unknown by name. */
export function feedFacts(parts: FeedParts, nowMs: number): FeedFacts {
  const { mode, modeReason, modeHeldMs, checksUp, checksDown, checksUnknown, regionsFresh, regionsKnown } = feedStatus(
    parts,
    nowMs,
  );
  const counts = { checksUp, checksDown, checksUnknown, regionsFresh, regionsKnown };
  return { mode, modeReason, modeHeldMs, ...counts, ...listVerdicts(parts.judge.checks) };
}
