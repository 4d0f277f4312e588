/**
 * What the health feed tells its log: changes, never one line per query or per heartbeat. Written out by the server.
 */

import type { RegionVotes } from '../health/agent-ledger.ts';
import type { VerdictChange } from '../health/check-judge.ts';
import type { CheckState } from '../health/observation.ts';
import type { Override } from '../health/override.ts';
import type { StoreState } from './state-store.ts';

/** A verdict with every region's and agent's voice. */
export type CheckVotes = { readonly verdict: CheckState; readonly regions: readonly RegionVotes[] };

/** A shift that began, was taken back, or came to its end: the audit of what operators do. */
export type ShiftEvent = {
  readonly event: 'shift';
  readonly change: 'added' | 'removed' | 'expired';
} & Override;

/** What the log is told; never one per query or per heartbeat. */
export type FeedEvent =
  | ShiftEvent
  | {
      readonly event: 'verdict';
      readonly check: string;
      readonly verdict: CheckState;
      readonly previous: CheckState;
      /** The region's vote, by region. */
      readonly regions: Readonly<Record<string, CheckState>>;
      /** Of an agent that agrees with the verdict. */
      readonly reason: string;
    }
  /** So many more verdicts changed in the same moment, not told one by one. */
  | { readonly event: 'verdicts'; readonly up: number; readonly down: number }
  /** More than half of the weight would go down, and not every region says so: it `begins` to wait, or `ends`. */
  | { readonly event: 'guard'; readonly state: 'begins' | 'ends' }
  | { readonly event: 'mode'; readonly mode: string; readonly previous: string; readonly reason: string | null }
  | { readonly event: 'store'; readonly state: StoreState; readonly trouble: string | null }
  | { readonly event: 'agent'; readonly agent: string; readonly region: string; readonly change: AgentChange }
  | { readonly event: 'refused'; readonly source: string; readonly reason: string; readonly total: number };

/** What became of an agent. */
type AgentChange = 'joined' | 'back' | 'restarted' | 'stale';

/** Verdicts logged one by one out of one batch; the rest is counted. */
const VERDICTS_LOGGED_MAX = 100;

/** Tells `log` of verdicts that changed in one moment. */
export function logVerdicts(
  changed: readonly VerdictChange[],
  votesOf: (id: string) => CheckVotes,
  log: (event: FeedEvent) => void,
): void {
  for (const { id: check, verdict, previous } of changed.slice(0, VERDICTS_LOGGED_MAX)) {
    const votes = votesOf(check).regions;
    const regions = Object.fromEntries(votes.map(({ region, vote }) => [region, vote]));
    const witness = votes.flatMap(({ agents }) => agents).find((vote) => vote.fresh && vote.state === verdict);
    log({ event: 'verdict', check, verdict, previous, regions, reason: witness?.reason ?? '' });
  }
  const rest = changed.slice(VERDICTS_LOGGED_MAX);
  const up = rest.filter(({ verdict }) => verdict === 'up').length;
  if (rest.length > 0) log({ event: 'verdicts', up, down: rest.length - up });
}
