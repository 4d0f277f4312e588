/** One endpoint of an explanation as lines of text: its weight with each factor, its health, its fate, and every agent's voice. */

import type { EndpointTrace, StepTrace } from '../decision/trace.ts';
import type { Flap } from '../health/flap-damping.ts';
import type { WeightCorrection } from '../health/weight-corrections.ts';
import type { AgentVoice, ExplainedEndpoint } from '../server/node-status.ts';
import { duration } from './share-view.ts';
import { paint, verdictColor } from './status-view.ts';

const VERDICTS = ['unknown', 'up', 'down'] as const;
/** Voices shown of one endpoint; `--json` gives all. */
const VOICES_MAX = 16;

/** The lines of `endpoint`, which stands in `pool` of the record of `step`; `known` has its voices. */
export function endpointLines(
  endpoint: EndpointTrace,
  pool: string,
  step: StepTrace,
  known: readonly ExplainedEndpoint[],
): string[] {
  const status = known.find(
    (each) => each.name === step.name && each.type === step.type && each.pool === pool && each.value === endpoint.value,
  );
  const verdict = VERDICTS[endpoint.verdict] ?? 'unknown';
  const health =
    endpoint.status === 'obey'
      ? `health ${paint(verdictColor(verdict), verdict)}${endpoint.isSuspect ? ' (a check failed, no quorum yet)' : ''}`
      : `status ${endpoint.status} in the zone file`;
  const score = endpoint.score === null ? '' : `, scores ${endpoint.score.toPrecision(4)}`;
  const turn = endpoint.turn === null ? '' : `, stood at ${endpoint.turn}/1024 in the rotation`;
  const isAdaptive = step.ttlReason !== "the record's own";
  const wish = endpoint.ttlWish === null || !isAdaptive ? '' : `, asks for TTL ${endpoint.ttlWish} s`;
  const mark = endpoint.isChosen ? paint('green', '>') : ' ';
  const lines = [
    `  ${mark} ${endpoint.value}  weight ${endpoint.weight}${factorText(endpoint, status?.correction != null)}, ${health}, ${fateText(endpoint)}${score}${turn}${wish}`,
  ];
  if (status?.correction) lines.push(correctionText(status.correction));
  if (endpoint.status !== 'obey' || status === undefined) return lines;
  const votes = status.votes.map((vote) => `${vote.region}:${vote.vote}`).join(' ');
  lines.push(`      votes ${votes === '' ? 'none' : votes}  check ${status.check}`);
  if (status.flap !== null) lines.push(flapText(status.flap));
  for (const voice of status.voices.slice(0, VOICES_MAX)) lines.push(`        ${voiceText(voice)}`);
  const rest = status.voices.length - VOICES_MAX;
  if (rest > 0) lines.push(`        … and ${rest} more; --json lists all`);
  return lines;
}

function factorText({ factor, isShifted }: EndpointTrace, isCorrected: boolean): string {
  if (factor === 1) return '';
  return ` x ${Number(factor.toFixed(3))} (${isShifted ? 'shift' : isCorrected ? 'ramp or correction' : 'ramp'})`;
}

function fateText({ fate, isChosen }: EndpointTrace): string {
  if (fate === 'eligible') return fate;
  if (fate === 'held back') return paint('red', 'out: held back until an operator resumes it or its flaps end');
  if (fate === 'down nearby') return paint('red', 'out: down for both regions nearest the client');
  if (fate === 'drained') return paint('red', 'out: drained by a shift');
  return paint('red', isChosen ? `${fate}, answered all the same` : `out: ${fate}`);
}

/** What its downs have cost it: 1000 each, halved every five minutes (03-health, "Flaps"). */
function flapText({ penalty, heldMs }: Flap): string {
  const held =
    heldMs > 0 ? `, held back for another ${duration(Math.ceil(heldMs / 1000))} unless it goes down again` : '';
  return `      flap penalty ${Math.round(penalty)}${held}`;
}

function voiceText({ agent, region, vote, reason, connectMs, ageSeconds, fresh }: AgentVoice): string {
  const connect = connectMs === null ? '' : `, connect ${Number(connectMs.toFixed(1))} ms`;
  const age = fresh ? `heard ${duration(ageSeconds)} ago` : `STALE, heard ${duration(ageSeconds)} ago and not counted`;
  return `${region} ${agent}: ${paint(verdictColor(vote), vote)} (${reason}${connect}), ${age}`;
}

/** What the correction of a weight follows; the factor above is that over the record's largest, with ramp and shifts. */
function correctionText({ factor, load, mean, standing, source, condition, terms }: WeightCorrection): string {
  const number = (value: number) => Number(value.toPrecision(4));
  const known = Object.entries(terms).map(([name, value]) => `${name} ${number(value)}`);
  const ratio =
    load === null || mean === null ? 'no load known' : `load ${number(load)} against a mean of ${number(mean)}`;
  const state =
    condition === 'settled' ? standing : condition === 'moving' ? 'held while it ramps or is shifted' : 'out';
  return `      correction x ${number(factor)}: ${[ratio, state, ...(source === 'push' ? ['pushed'] : []), ...known].join(', ')}`;
}
