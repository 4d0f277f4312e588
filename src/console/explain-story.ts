/**
 * An explanation as a story: sentences in the order of the decision, each a fact that the trace holds and none that it does not.
 * Pools with their costs and votes are tables and stay with the view.
 */

import type { EndpointTrace, FollowTrace, NameTrace, PoolTrace, RuleTrace, StepTrace } from '../decision/trace.ts';
import type { Location } from '../geo/location.ts';
import type { ExplainAnswer } from './api-answers.ts';
import { amountText, millisecondsText, percentText } from './figures.ts';

/** A part of the story. */
export type Chapter = { readonly title: string; readonly lines: readonly string[] };

const ORIGINS = {
  networks: 'networks.yaml',
  mmdb: 'the MMDB file',
  'geoip-lite': 'the bundled geoip-lite data',
} as const;
/** Targets of a rule that are listed; the raw explanation has all that are kept. */
const TARGETS_MAX = 12;

/** Who asks, and how the name was found. */
export function askerChapters(explanation: ExplainAnswer): Chapter[] {
  const { client, clientLocation, ecs, ecsLocation, path, trace } = explanation;
  const who = [`The query comes from ${client}: ${placeText(clientLocation)}.`];
  if (ecs !== null) who.push(`It carries the client subnet ${ecs}: ${placeText(ecsLocation)}.`);
  return [
    { title: 'Who asks', lines: who },
    { title: 'The name', lines: pathLines(path, trace.steps.length > 0) },
  ];
}

/** What answer one steered record gave, in a sentence. */
export function answerText({ chosen, outcome, ttlSeconds }: StepTrace): string {
  if (chosen.length === 0) return `No record: ${outcome}.`;
  return `${chosen.join(', ')}, out of ${outcome}, to be kept for ${ttlSeconds} s.`;
}

/** Rule, method, choice, TTL and scope of one decision. */
export function stepChapters(step: StepTrace): Chapter[] {
  return [
    { title: 'The rule', lines: [...ruleLines(step), placedText(step)] },
    { title: 'The pools', lines: methodLines(step) },
    { title: 'The choice', lines: [choiceText(step), `TTL ${step.ttlSeconds} s: ${step.ttlReason}.`, scopeText(step)] },
  ];
}

/** What became of the records whose targets were decided before. */
export function followChapter({ name, type, ttlSeconds, ownTtlSeconds, records }: FollowTrace): Chapter {
  const shortened = ttlSeconds < ownTtlSeconds ? `, not its own ${ownTtlSeconds} s: a target is kept no longer` : '';
  return {
    title: `${name} ${type}`,
    lines: [...records.map(followText), `TTL ${ttlSeconds} s${shortened}.`],
  };
}

/** What a pool costs the client; null where no place decides. */
export function costText({ cost, bias, share }: PoolTrace): string | null {
  const parts: string[] = [];
  if (cost?.latency) {
    const { roundTripMs, biasedMs } = cost.latency;
    parts.push(
      `${millisecondsText(roundTripMs)}${bias === 0 ? '' : `, with bias ${bias} ${millisecondsText(biasedMs)}`}`,
    );
  } else if (cost !== null) {
    parts.push(
      `${amountText(Math.round(cost.distanceKm))} km${bias === 0 ? '' : `, with bias ${bias} ${amountText(Math.round(cost.biasedKm ?? cost.distanceKm))} km`}`,
    );
  }
  if (share !== null) parts.push(`one of the equals, share ${share}`);
  return parts.length === 0 ? null : parts.join('; ');
}

/** How a predicted round trip was made: a line for each region that measured. */
export function landmarkLines({ cost }: PoolTrace): string[] {
  if (!cost?.latency) return [];
  const { known } = cost.latency;
  const told =
    known === null
      ? []
      : [`latency.csv knows ${millisecondsText(known.ms)} from ${known.from}, measured ${known.count} times`];
  return [
    `by distance alone ${millisecondsText(cost.latency.lineMs)}`,
    ...cost.latency.landmarks.map(
      (each) =>
        `${each.region}, ${amountText(Math.round(each.distanceKm))} km from the client, measures ${millisecondsText(each.measuredMs)}: that makes ${millisecondsText(each.byMs)}`,
    ),
    ...told,
  ];
}

/** What became of a pool, in words. */
export function poolText({ fate, eligibleWeight, healthyShare }: PoolTrace): string {
  switch (fate) {
    case 'drawn from':
      return eligibleWeight > 0 ? 'chosen' : 'chosen, although nothing of it may be drawn';
    case 'not chosen':
      return 'would do, another was chosen';
    case 'below min_healthy':
      return `passed over: ${percentText(healthyShare)} of its weight is left, below min_healthy`;
    case 'no endpoint eligible':
      return 'passed over: none of its endpoints may be drawn';
  }
}

const VERDICTS = ['not known', 'up', 'down'] as const;

/** Health and fate of an endpoint, in words. */
export function endpointText({ status, verdict, fate, isChosen, isSuspect, factor, isShifted }: EndpointTrace): string {
  const health = status === 'obey' ? `health ${VERDICTS[verdict] ?? 'not known'}` : `${status} by the zone file`;
  const doubt = isSuspect ? ', a check failed and the regions do not agree yet' : '';
  const weight = factor === 1 ? '' : `, at ${percentText(factor)} of its weight${isShifted ? ' by a shift' : ''}`;
  const end =
    fate === 'eligible'
      ? isChosen
        ? 'drawn'
        : 'could be drawn'
      : isChosen
        ? `${fate}, answered all the same`
        : `out: ${fate}`;
  return `${health}${doubt}${weight}; ${end}`;
}

function followText({ value, target, state, isLeftOut }: FollowTrace['records'][number]): string {
  const what = `${value} is ${isLeftOut ? 'left out' : 'served'}`;
  if (target === null) return `${what}; there is no target to follow.`;
  if (state === 'unknown') return `${what}; no zone here has addresses of ${target}.`;
  return `${what}; ${target} ${state === 'down' ? 'is down for this client' : 'can be served'}.`;
}

function placeText(location: Location | null): string {
  if (location === null) return 'where that is is not known';
  const code = [location.continent, location.country, location.province].filter((part) => part !== null).join('-');
  const point = location.latitude === null ? '' : ` at ${location.latitude}, ${location.longitude}`;
  const region = location.region === null ? '' : `, placed at region ${location.region}`;
  return `${code === '' ? 'no country' : code}${point}${region}, says ${ORIGINS[location.origin]}`;
}

function pathLines(path: readonly NameTrace[], isSteered: boolean): string[] {
  if (path.length === 0) return ['No zone here holds this name, or the question is refused for its type.'];
  const lines = path.map(nameText);
  return isSteered ? lines : [...lines, 'Nothing is steered here: everybody gets the same answer.'];
}

function nameText({ name, zone, found, by }: NameTrace): string {
  switch (found) {
    case 'exists':
      return `${name} is in zone ${zone}`;
    case 'wildcard':
      return `${name} does not exist in zone ${zone}; the wildcard ${by} makes it`;
    case 'DNAME':
      return `${name} in zone ${zone} is renamed by the DNAME of ${by}`;
    case 'delegated':
      return `${name} is delegated at ${by}: its own name servers know`;
    case 'does not exist':
      return `${name} does not exist in zone ${zone}`;
    case 'alias target':
      return `${name} in zone ${zone} is where the ALIAS leads`;
    case 'outside':
      return `the ALIAS leads to ${name}, which no zone here holds`;
  }
}

function ruleLines({ rules, isFenced, fences }: StepTrace): string[] {
  const lines = rules.map((rule) => `Rule ${rule.number} (${rule.file}:${rule.line}) is for ${targetsText(rule)}.`);
  if (rules.length > 1)
    lines.push('These lead to the same pool, and which of them named the client makes no difference.');
  const places = fences.map(({ geos }) => geos.join(', ')).join(' or ');
  const around = places === '' ? '' : ` around ${places}`;
  return isFenced
    ? [...lines, `The client is inside a fence${around}: only the pools of that fence may answer.`]
    : lines;
}

function targetsText({ geos, subnets, omitted }: RuleTrace): string {
  const all = [...geos, ...subnets];
  if (all.length === 0) return 'everybody else';
  const rest = all.length - TARGETS_MAX + omitted;
  return `${all.slice(0, TARGETS_MAX).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function placedText({ placedBy, subnetNote }: StepTrace): string {
  const note = subnetNote === null ? '' : ` (${subnetNote})`;
  if (placedBy === 'not needed') return `Where the client is does not matter here${note}.`;
  return `The ${placedBy} says where the client is${note}.`;
}

function methodLines({ method, balance, nearTie, tieKm, tieMs, minHealthy, isTrickled, trickle }: StepTrace): string[] {
  const lines = [`Pools are tried by ${method}, endpoints inside a pool by ${balance.replaceAll('_', ' ')}.`];
  if (nearTie !== null && tieMs !== null) lines.push(`Pools up to ${millisecondsText(tieMs)} count as equals.`);
  if (nearTie !== null && tieKm !== null)
    lines.push(`Pools up to ${amountText(Math.round(tieKm))} km count as equals.`);
  if (minHealthy > 0) lines.push(`A pool with less than ${percentText(minHealthy)} of its weight counts as down.`);
  if (isTrickled) lines.push(`This is one of the ${percentText(trickle)} that exercise the fallback.`);
  return lines;
}

function choiceText(step: StepTrace): string {
  const { chosen, key, keyedBy, draws, isSpread, outcome } = step;
  if (chosen.length === 0) return `Nothing was chosen: ${outcome}.`;
  const what = `${chosen.join(', ')} was chosen`;
  if (isSpread) return `${what}; the client's prefix carries so many queries that they are spread.`;
  if (key !== null) return `${what} by the ${keyedBy}'s prefix, without chance: the same client gets the same.`;
  if (draws.length === 0) return `${what}; there was nothing to draw.`;
  return `${what} by chance: ${draws.map(({ value, bound }) => `${value} of 0 to ${bound - 1}`).join(', ')}.`;
}

function scopeText({ scope, placedBy }: StepTrace): string {
  if (placedBy === 'client subnet') return `Scope /${scope}: every client in that prefix is decided alike.`;
  if (placedBy === 'not needed') return `Scope /${scope}: the answer is the same for all.`;
  return `Scope /${scope}: the answer holds for the resolver that asked.`;
}
