/**
 * An explanation as text: who asks, where that is, and each decision with everything that was weighed. The order is that of the
 * decision itself: location, rule, pools, endpoints, choice, TTL, scope.
 *
 * Used by `explain-command.ts`.
 */

import { parseIpAddress } from '../base/ip-address.ts';
import { formatIpPrefix, parseIpPrefix, prefixOf } from '../base/ip-prefix.ts';
import type { EndpointTrace, PoolTrace, StepTrace } from '../decision/trace.ts';
import type { Location } from '../geo/location.ts';
import { KM_PER_MS } from '../geo/preference-table.ts';
import type { WeightCorrection } from '../health/weight-corrections.ts';
import type { DnsAnswer } from '../probe/dns-exchange.ts';
import type { Explanation } from '../server/explanation.ts';
import type { EndpointStatus } from '../server/node-status.ts';
import { paint, verdictColor } from './status-view.ts';
import { printable } from './text-table.ts';

const ORIGINS = { networks: 'networks.yaml', mmdb: 'the MMDB file', 'geoip-lite': 'geoip-lite' } as const;
const VERDICTS = ['unknown', 'up', 'down'] as const;

/** The explanation as text, `notes` about its ground first. */
export function renderExplanation(
  explanation: Explanation,
  answer: DnsAnswer | null,
  notes: readonly string[],
): string {
  const { name, type, client, ecs } = explanation;
  const lines = [paint('bold', `${name} ${type} for ${client}${ecs === null ? '' : ` with client subnet ${ecs}`}`)];
  for (const note of notes) lines.push(paint('yellow', `note: ${note}`));
  lines.push(`source address ${client}: ${place(explanation.clientLocation)}`);
  if (ecs !== null) lines.push(`client subnet ${ecs}: ${place(explanation.ecsLocation)}`);
  if (explanation.trace.steps.length === 0) lines.push('nothing is steered here: the answer is the same for everybody');
  for (const step of explanation.trace.steps) lines.push('', ...stepLines(step, explanation));
  lines.push('', ...answerLines(answer));
  return `${lines.map(printable).join('\n')}\n`;
}

function stepLines(step: StepTrace, explanation: Explanation): string[] {
  const lines = [paint('bold', `${step.name} ${step.type}`)];
  const placed = step.placedBy === 'not needed' ? 'the same for every client' : `placed by the ${step.placedBy}`;
  lines.push(`  ${ruleText(step)}, ${placed}${step.subnetNote === null ? '' : ` (${step.subnetNote})`}`);
  lines.push(`  pools by ${step.method}${tieText(step)}, endpoints by ${step.balance}${keyText(step)}`);
  if (step.isTrickled) lines.push('  sent to the fallback to exercise it (trickle)');
  for (const pool of step.pools) {
    const offer = pool.eligibleWeight > 0 ? `weight ${pool.eligibleWeight} to draw from` : 'passed over';
    lines.push(`  pool ${pool.pool}: ${costText(pool)}${offer}`);
    for (const endpoint of pool.endpoints)
      lines.push(...endpointLines(endpoint, pool.pool, step, explanation.endpoints));
  }
  lines.push(
    `  from ${step.outcome}: ${paint('green', step.chosen.join(', ') || 'nothing')} (seed ${explanation.trace.seed})`,
  );
  lines.push(`  TTL ${step.ttlSeconds} s: ${step.ttlReason}`);
  lines.push(`  scope ${step.scope}: ${scopeReason(step, explanation)}`);
  return lines;
}

function ruleText({ rule, isFenced }: StepTrace): string {
  if (!isFenced) return `rule ${rule}`;
  return rule === null ? 'inside a fence' : `rule ${rule}, inside a fence`;
}

/** The terms of a pool's cost and its share, as far as they took part. */
function costText({ region, bias, cost, share }: PoolTrace): string {
  const distance =
    cost === null
      ? ''
      : `${Math.round(cost.distanceKm)} km to ${region}${bias === 0 ? '' : `, with bias ${bias} ${Math.round(cost.biasedKm)} km`}; `;
  return `${distance}${share === null ? '' : `one of the equals, share ${share}; `}`;
}

function tieText({ method, nearTie, tieKm }: StepTrace): string {
  if (method !== 'nearest' || nearTie === null) return '';
  const limit = tieKm === null ? '' : `: up to ${Math.round(tieKm)} km`;
  return ` (equal within ${Number((nearTie.ratio * 100).toFixed(2))} % + ${nearTie.marginMs * KM_PER_MS} km${limit})`;
}

function keyText({ key, balance }: StepTrace): string {
  if (key === null) return '';
  return `${balance === 'hash' ? '' : ', sticky'}: the client's key is ${key}, the lowest score wins`;
}

function endpointLines(
  endpoint: EndpointTrace,
  pool: string,
  step: StepTrace,
  known: readonly EndpointStatus[],
): string[] {
  const status = known.find(
    (each) => each.name === step.name && each.type === step.type && each.pool === pool && each.value === endpoint.value,
  );
  const verdict = VERDICTS[endpoint.verdict] ?? 'unknown';
  const health =
    endpoint.status === 'obey'
      ? `health ${paint(verdictColor(verdict), verdict)}`
      : `status ${endpoint.status} in the zone file`;
  const factor = endpoint.factor === 1 ? '' : ` x ${Number(endpoint.factor.toFixed(3))}`;
  const fate = endpoint.fate === 'eligible' ? endpoint.fate : paint('red', `out: ${endpoint.fate}`);
  const score = endpoint.score === null ? '' : `, scores ${endpoint.score.toPrecision(4)}`;
  const turn = endpoint.turn === null ? '' : `, had ${endpoint.turn} turns in 1/1024`;
  const corrected = status?.correction ? [correctionText(status.correction)] : [];
  const lines = [`    ${endpoint.value}  weight ${endpoint.weight}${factor}, ${health}, ${fate}${score}${turn}`];
  if (endpoint.status === 'obey' && status !== undefined) {
    const votes = status.votes.map((vote) => `${vote.region}:${vote.vote}`).join(' ');
    lines.push(`      votes ${votes === '' ? 'none' : votes}  check ${status.check}`);
  }
  return [...lines, ...corrected];
}

/** What the correction of a weight follows; the factor above is that over the record's largest, with ramp and shifts. */
function correctionText({ factor, load, mean, standing, condition, terms }: WeightCorrection): string {
  const number = (value: number) => Number(value.toPrecision(4));
  const known = Object.entries(terms).map(([name, value]) => `${name} ${number(value)}`);
  const ratio =
    load === null || mean === null ? 'no load known' : `load ${number(load)} against a mean of ${number(mean)}`;
  const state =
    condition === 'settled' ? standing : condition === 'moving' ? 'held while it ramps or is shifted' : 'out';
  return `      correction x ${number(factor)}: ${[ratio, state, ...known].join(', ')}`;
}

function place(location: Location | null): string {
  if (location === null) return 'its place is not known';
  const code = [location.continent, location.country, location.province].filter((part) => part !== null).join('-');
  const point = location.latitude === null ? '' : ` at ${location.latitude}, ${location.longitude}`;
  const region = location.region === null ? '' : `, region ${location.region}`;
  return `${code === '' ? 'no country' : code}${point}${region}, says ${ORIGINS[location.origin]}`;
}

/** The prefix for which the decision holds (RFC 7871 7.2.1). */
function scopeReason(step: StepTrace, { client, ecs }: Explanation): string {
  if (step.placedBy === 'not needed') return 'the decision does not depend on the client';
  const bySubnet = step.placedBy === 'client subnet' && ecs !== null;
  const address = bySubnet ? parseIpPrefix(ecs) : parseIpAddress(client);
  if (address === null || typeof address === 'string') return 'the decision holds for the whole of it';
  if (!bySubnet) return 'the source address decided, so the answer holds for its resolver';
  return `every client in ${formatIpPrefix(prefixOf(address, step.scope))} gets the same decision`;
}

function answerLines(answer: DnsAnswer | null): string[] {
  if (answer === null) return ['the server stays silent'];
  const scope = answer.subnet === null ? '' : `, subnet ${answer.subnet.source} scope ${answer.subnet.scope}`;
  const records = [...answer.answer, ...answer.authority].map(
    (record) => `  ${record.name} ${record.ttl} ${record.class} ${record.type} ${record.data}`,
  );
  return [paint('bold', `answer: ${answer.rcode}, flags ${answer.flags.join(' ')}${scope}`), ...records];
}
