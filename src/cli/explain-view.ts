/**
 * An explanation as text: who asks, where that is, how the name was found, and each decision with everything that was weighed. The
 * answer stands first, since that is what somebody woken at night looks for; the rest has the order of the decision itself: place,
 * rule, pools, endpoints, choice, TTL, scope.
 *
 * Used by `explain-command.ts`; one endpoint's lines are in `explain-endpoint-view.ts`.
 */

import { formatIpPrefix, parseIpPrefix, prefixOf } from '../base/ip-prefix.ts';
import type {
  FenceTrace,
  FollowTrace,
  NameTrace,
  PoolCost,
  PoolTrace,
  RuleTrace,
  StepTrace,
} from '../decision/trace.ts';
import type { Location } from '../geo/location.ts';
import { KM_PER_MS } from '../geo/pool-costs.ts';
import type { DnsAnswer } from '../probe/dns-exchange.ts';
import type { Explanation } from '../server/explanation.ts';
import { endpointLines } from './explain-endpoint-view.ts';
import { paint } from './status-view.ts';
import { printable } from './text-table.ts';

const ORIGINS = { networks: 'networks.yaml', mmdb: 'the MMDB file', 'geoip-lite': 'geoip-lite' } as const;
/** Targets of a rule on a terminal; `--json` gives all that are kept. */
const TARGETS_MAX = 12;

/** The explanation as text, `notes` about its ground first. */
export function renderExplanation(
  explanation: Explanation,
  answer: DnsAnswer | null,
  notes: readonly string[],
): string {
  const { name, type, client, ecs, path, trace } = explanation;
  const lines = [paint('bold', `${name} ${type} for ${client}${ecs === null ? '' : ` with client subnet ${ecs}`}`)];
  for (const note of notes) lines.push(paint('yellow', `note: ${note}`));
  lines.push(...answerLines(answer), '');
  lines.push(`source address ${client}: ${place(explanation.clientLocation)}`);
  if (ecs !== null) lines.push(`client subnet ${ecs}: ${place(explanation.ecsLocation)}`);
  lines.push(...pathLines(path, trace));
  for (const step of trace.steps) lines.push('', ...stepLines(step, explanation));
  for (const follow of trace.followed) lines.push('', ...followLines(follow));
  if (trace.steps.some(({ draws }) => draws.length > 0)) lines.push('', `chance began at seed ${trace.seed}`);
  return `${lines.map(printable).join('\n')}\n`;
}

/** How the names were found; a steered name that is simply there says so by its decision. */
function pathLines(path: readonly NameTrace[], { steps, followed }: Explanation['trace']): string[] {
  if (path.length === 0)
    return ['no zone here was asked: none holds this name, or the question is refused for its type'];
  const lines = path.flatMap(({ name, zone, found, by }, i) => {
    const where = `${name} in zone ${zone}`;
    if (found === 'wildcard') return [`${where}: does not exist, made by the wildcard ${by}`];
    if (found === 'DNAME') return [`${where}: renamed by the DNAME of ${by}`];
    if (found === 'delegated') return [`${where}: delegated at ${by}, its name servers know`];
    if (found === 'does not exist') return [`${where}: does not exist, nor does a wildcard make it`];
    if (found === 'alias target') return [`the ALIAS leads to ${where}`];
    if (found === 'outside') return [`the ALIAS leads to ${name}, which no zone here holds`];
    return i > 0 ? [`then ${where}`] : [];
  });
  if (steps.length === 0) lines.push('nothing is steered here: the answer is the same for everybody');
  else if (followed.length > 0) lines.push('it follows its targets, which are decided first');
  return lines;
}

function stepLines(step: StepTrace, explanation: Explanation): string[] {
  const lines = [paint('bold', `${step.name} ${step.type}`)];
  const placed = step.placedBy === 'not needed' ? 'the same for every client' : `placed by the ${step.placedBy}`;
  lines.push(`  ${ruleText(step)}, ${placed}${step.subnetNote === null ? '' : ` (${step.subnetNote})`}`);
  for (const rule of step.rules) lines.push(`    ${targetsText(rule)}`);
  lines.push(`  pools by ${step.method}${tieText(step)}, endpoints by ${step.balance}${keyText(step)}`);
  if (step.minHealthy > 0) lines.push(`  min_healthy ${percent(step.minHealthy)}: a pool with less counts as down`);
  if (step.isSpread) lines.push('  its prefix carries over 1 % of queries: spread per query');
  else if (step.balance === 'hash' && step.keyedBy === 'source address')
    lines.push('  a worker that gets over 1 % of its queries from this prefix spreads them');
  if (step.nearest !== null) lines.push(`  ${nearestText(step, explanation)}`);
  if (step.isTrickled)
    lines.push(`  one of the ${percent(step.trickle)} sent to the fallback to exercise it (trickle)`);
  for (const pool of step.pools) {
    lines.push(`  pool ${pool.pool}: ${costText(pool)}${poolText(pool)}`);
    for (const endpoint of pool.endpoints)
      lines.push(...endpointLines(endpoint, pool.pool, step, explanation.endpoints));
  }
  lines.push(`  from ${step.outcome}: ${paint('green', step.chosen.join(', ') || 'nothing')} ${howText(step)}`);
  lines.push(`  TTL ${step.ttlSeconds} s: ${step.ttlReason}`);
  lines.push(`  scope ${step.scope}: ${scopeReason(step, explanation)}`);
  return lines;
}

/** What became of each record whose target was decided above. */
function followLines({ name, type, ttlSeconds, ownTtlSeconds, records }: FollowTrace): string[] {
  const lines = [paint('bold', `${name} ${type}`)];
  const isAnyAlive = records.some(({ state }) => state !== 'down');
  for (const { value, target, state, isLeftOut } of records) {
    lines.push(`  ${isLeftOut ? paint('red', 'left out') : paint('green', 'served')}: ${value}`);
    lines.push(`    ${targetText(target, state)}${state === 'down' && !isAnyAlive ? ', and so is all else' : ''}`);
  }
  const why =
    ttlSeconds < ownTtlSeconds ? `its own is ${ownTtlSeconds} s, the shortest of its targets counts` : 'its own';
  return [...lines, `  TTL ${ttlSeconds} s: ${why}`];
}

function targetText(target: string | null, state: FollowTrace['records'][number]['state']): string {
  if (target === null) return 'there is no target to follow';
  if (state === 'down') return `${target} is down: every pool of it is exhausted for this client`;
  return state === 'alive'
    ? `${target} can be served`
    : `no zone here has addresses of ${target}: it is served whatever happens`;
}

/** What the two regions nearest the client had to say, where regions disagree. */
function nearestText({ nearest, isNearestIgnored }: StepTrace, { agentRegions }: Explanation): string {
  const names = agentRegions.filter(({ number }) => ((nearest?.regions ?? 0) & (1 << number)) !== 0);
  const what = 'regions disagree on an endpoint';
  if (names.length === 0) return `${what}, and it is not known which of them are nearest: the world's verdict counts`;
  // By name: a pair has no order, and regions are numbered as this node happened to hear of them.
  const who = names
    .map(({ region }) => region)
    .toSorted()
    .join(' and ');
  if (isNearestIgnored)
    return `${what}: ${who} are nearest and call down all that is left, so the world's verdict counts`;
  return `${what}: ${who} are nearest, and what both call down is avoided`;
}

function ruleText({ rules, isFenced, fences }: StepTrace): string {
  const numbers = rules.map(({ number }) => number).join(' or ');
  const rule = rules.length > 1 ? `rule ${numbers}, which lead to the same pool` : `rule ${numbers}`;
  if (!isFenced) return rule;
  const fence = `inside ${fences.map(fenceText).join(' or ') || 'a fence'}`;
  return rules.length === 0 ? fence : `${rule}, ${fence}`;
}

/** `fence 1 (EU, AF-ZA)`. */
function fenceText({ number, geos, omitted }: FenceTrace): string {
  const rest = omitted + Math.max(0, geos.length - TARGETS_MAX);
  return `fence ${number} (${geos.slice(0, TARGETS_MAX).join(', ')}${rest > 0 ? ` and ${rest} more` : ''})`;
}

/** `rule 2 (zones/a.yaml:14): geos EU, AF-ZA; subnets 10.0.0.0/8`. */
function targetsText({ number, file, line, geos, subnets, omitted }: RuleTrace): string {
  const listed = (what: string, targets: readonly string[]) =>
    targets.length === 0
      ? []
      : [
          `${what} ${targets.slice(0, TARGETS_MAX).join(', ')}${targets.length > TARGETS_MAX ? ` and ${targets.length - TARGETS_MAX} more` : ''}`,
        ];
  const targets = [...listed('geos', geos), ...listed('subnets', subnets)];
  if (omitted > 0) targets.push(`${omitted} more in the file`);
  return `rule ${number} (${file}:${line}): ${targets.length === 0 ? 'everybody else' : targets.join('; ')}`;
}

/** The terms of a pool's cost and its share, as far as they took part. */
function costText({ region, bias, cost, share }: PoolTrace): string {
  const place =
    cost === null ? '' : cost.latency === null ? distanceText(cost, region, bias) : latencyText(cost, region, bias);
  return `${place}${share === null ? '' : `one of the equals, share ${share}; `}`;
}

function poolText({ fate, eligibleWeight, healthyShare }: PoolTrace): string {
  const weight = `weight ${Number(eligibleWeight.toFixed(3))} to draw from`;
  switch (fate) {
    case 'drawn from':
      return eligibleWeight > 0 ? `${weight}, chosen` : 'chosen although nothing of it is eligible';
    case 'not chosen':
      return `${weight}, another was chosen`;
    case 'below min_healthy':
      return paint('red', `passed over: ${percent(healthyShare)} of its weight is left, below min_healthy`);
    case 'no endpoint eligible':
      return paint('red', 'passed over: no endpoint is eligible');
  }
}

function distanceText({ distanceKm, biasedKm }: PoolCost, region: string | null, bias: number): string {
  const biased = bias === 0 ? '' : `, with bias ${bias} ${Math.round(biasedKm ?? distanceKm)} km`;
  return `${Math.round(distanceKm)} km to ${region}${biased}; `;
}

/** The prediction, and what it was made of. */
function latencyText({ distanceKm, latency }: PoolCost, region: string | null, bias: number): string {
  if (latency === null) return '';
  const { lineMs, landmarks, known, roundTripMs, biasedMs } = latency;
  const biased = bias === 0 ? '' : `, with bias ${bias} ${milliseconds(biasedMs)}`;
  const by = landmarks.map(
    (each) =>
      `${each.region} is ${Math.round(each.distanceKm)} km off and measures ${milliseconds(each.measuredMs)} over ${Math.round(each.endpointKm)} km: ${milliseconds(each.byMs)}`,
  );
  const ground = by.length === 0 ? 'no agent near has measured it' : by.join(', ');
  // Without coordinates, which JSON gives as null, there is no way to speak of.
  const isPlaced = Number.isFinite(distanceKm);
  const terms = isPlaced ? [`${Math.round(distanceKm)} km alone: ${milliseconds(lineMs)}`, ground] : [];
  if (known)
    terms.push(`latency.csv knows ${milliseconds(known.ms)} from ${known.from}, measured ${known.count} times`);
  return `${milliseconds(roundTripMs)} to ${region}${biased} (${terms.join('; ')}); `;
}

function milliseconds(ms: number): string {
  return `${Number(ms.toFixed(1))} ms`;
}

function tieText({ method, nearTie, tieKm, tieMs }: StepTrace): string {
  if (nearTie === null) return '';
  const ratio = percent(nearTie.ratio);
  if (method === 'latency') {
    const limit = tieMs === null ? '' : `: up to ${milliseconds(tieMs)}`;
    return ` (equal within ${ratio} + ${nearTie.marginMs} ms${limit})`;
  }
  if (method !== 'nearest') return '';
  const limit = tieKm === null ? '' : `: up to ${Math.round(tieKm)} km`;
  return ` (equal within ${ratio} + ${nearTie.marginMs * KM_PER_MS} km${limit})`;
}

function keyText({ key, keyedBy, balance }: StepTrace): string {
  if (key === null) return '';
  return `${balance === 'hash' ? '' : ', sticky'}: the key ${key} of the ${keyedBy}'s prefix, the lowest score wins`;
}

/** What the choice rests on: the client's prefix, whose turn it was, chance, or nothing since there was no choice. */
function howText({ draws, key, balance, chosen, pools, trickle }: StepTrace): string {
  if (chosen.length === 0) return '';
  const isAnyEqual = trickle > 0 || pools.some(({ share }) => share !== null);
  const others = pools.flatMap((pool) => (pool.fate === 'drawn from' ? pool.endpoints : []));
  const able = others.filter(({ fate }) => fate === 'eligible');
  if (!isAnyEqual && able.length === 1 && able[0]!.isChosen && chosen.length === 1) return '(the only one to choose)';
  const drawn = draws.map(({ bound, value }) => `${value} of 0..${bound - 1}`).join(', ');
  if (key !== null) return '(by the key, without chance)';
  const isByTurn = balance === 'round_robin' && pools.some(({ fate }) => fate === 'drawn from');
  if (isByTurn) return drawn === '' ? '(by turn, without chance)' : `(endpoints by turn; chance gave ${drawn})`;
  return drawn === '' ? '(there was nothing to choose)' : `(chance gave ${drawn})`;
}

function place(location: Location | null): string {
  if (location === null) return 'its place is not known';
  const code = [location.continent, location.country, location.province].filter((part) => part !== null).join('-');
  const point = location.latitude === null ? '' : ` at ${location.latitude}, ${location.longitude}`;
  const region = location.region === null ? '' : `, region ${location.region}`;
  const network = location.network === undefined ? '' : `, in ${location.network} of latency.csv`;
  return `${code === '' ? 'no country' : code}${point}${region}${network}, says ${ORIGINS[location.origin]}`;
}

/** The prefix for which the decision holds (RFC 7871 7.2.1). */
function scopeReason(step: StepTrace, { client, ecs }: Explanation): string {
  const subnet = ecs === null ? null : parseIpPrefix(ecs);
  const around = subnet === null || typeof subnet === 'string' ? null : formatIpPrefix(prefixOf(subnet, step.scope));
  if (step.placedBy === 'client subnet' || (step.keyedBy === 'client subnet' && step.scope > 0)) {
    return around === null ? `it holds for the whole of ${client}` : `every client in ${around} is decided alike`;
  }
  if (step.placedBy === 'not needed') return 'the decision does not depend on where the client is';
  if (around !== null && step.scope > 0) return `${around} places nobody; the source address decided`;
  return 'the source address decided, so the answer holds for its resolver';
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

function answerLines(answer: DnsAnswer | null): string[] {
  if (answer === null) return ['the server stays silent'];
  const scope = answer.subnet === null ? '' : `, subnet ${answer.subnet.source} scope ${answer.subnet.scope}`;
  const records = [...answer.answer, ...answer.authority].map(
    (record) => `  ${record.name} ${record.ttl} ${record.class} ${record.type} ${record.data}`,
  );
  return [paint('bold', `answer: ${answer.rcode}, flags ${answer.flags.join(' ')}${scope}`), ...records];
}
