/**
 * What the world says of one check, from what its agents say. Two steps, both pure: agents vote for their region, regions
 * for the endpoint. Called by the health feed for every check with news, and by `explain` for the votes behind a verdict.
 *
 * Only fresh agents with something to say are counted. Whoever is silent, stale or undecided leaves the denominator: a
 * missing voice is never a voice for "down", and with no voice at all the previous verdict stands.
 */

import type { CheckSpec } from '../zone/zone-model.ts';
import type { CheckState } from './observation.ts';

type Quorum = CheckSpec['quorum'];

/**
 * The vote of a region whose fresh agents said `up` and `down` this many times: its majority. A tie abstains (`unknown`):
 * half of a region's observers is no ground to act on, and the other regions decide.
 */
export function regionVote(ups: number, downs: number): CheckState {
  if (ups === downs) return 'unknown';
  return ups > downs ? 'up' : 'down';
}

/**
 * The verdict of `ups` and `downs` regions, where `previous` stood before.
 *
 * `quorum` is how many of the regions that vote must agree that the endpoint is down before it is:
 * - `majority`: more than half; an even split keeps `previous` (unknown stays unknown, and is served);
 * - `any`: one;
 * - `all`: every one;
 * - a fraction f: at least f of them.
 * With fewer it is up. `mayDown` false (HOLD, or a minority of the known regions votes) forbids a *new* down; a standing
 * one stays until the votes say up.
 */
export function endpointVerdict(
  ups: number,
  downs: number,
  quorum: Quorum,
  previous: CheckState,
  mayDown: boolean,
): CheckState {
  const said = verdictOfVotes(ups, downs, quorum, previous);
  return said === 'down' && !mayDown ? previous : said;
}

function verdictOfVotes(ups: number, downs: number, quorum: Quorum, previous: CheckState): CheckState {
  const voters = ups + downs;
  if (voters === 0) return previous;
  if (quorum === 'majority') return ups === downs ? previous : regionVote(ups, downs);
  const needed = downsNeeded(quorum, voters);
  return downs >= needed ? 'down' : 'up';
}

/** The epsilon forgives a fraction written with few digits: 0.6667 of 3 regions are meant to be 2, not 3. */
function downsNeeded(quorum: Exclude<Quorum, 'majority'>, voters: number): number {
  if (quorum === 'any') return 1;
  if (quorum === 'all') return voters;
  return Math.max(1, Math.ceil(quorum * voters - 0.001));
}
