/** An event in the words of the page: what happened in a sentence, and beside it what the sentence does not say. */

import type { EventAnswer } from './api-answers.ts';

/** `detail` may be empty. */
export type EventText = { readonly sentence: string; readonly detail: string };

type Data = EventAnswer['data'];

/** The words for one event; kinds that are not known here are told as the node tells them. */
export function eventText({ kind, message, data }: Pick<EventAnswer, 'kind' | 'message' | 'data'>): EventText {
  if (kind === 'verdict' && typeof data.check === 'string' && typeof data.verdict === 'string')
    return verdictText(data.check, data.verdict, data);
  if (kind === 'agent' && typeof data.agent === 'string')
    return {
      sentence: `agent ${data.agent}${typeof data.region === 'string' ? ` of ${data.region}` : ''} ${String(data.change ?? message)}`,
      detail: restText(data, ['agent', 'region', 'change']),
    };
  return { sentence: message, detail: restText(data, []) };
}

function verdictText(check: string, verdict: string, data: Data): EventText {
  const { target, host } = checkTarget(check);
  const before = typeof data.previous === 'string' ? `, was ${wordOf(data.previous)}` : '';
  const votes = isRecord(data.regions)
    ? Object.entries(data.regions).map(([region, vote]) => `${region}: ${String(vote)}`)
    : [];
  return {
    sentence: `${target} is ${wordOf(verdict)}${before}`,
    detail: [host, ...votes, restText(data, ['check', 'verdict', 'previous', 'regions'])]
      .filter((part) => part !== '')
      .join(', '),
  };
}

/** What a check asks, without the parameters by which its id is unique. */
function checkTarget(check: string): { readonly target: string; readonly host: string } {
  const at = check.indexOf('?');
  if (at < 0) return { target: check, host: '' };
  const host = new URLSearchParams(check.slice(at + 1)).get('host');
  return { target: check.slice(0, at), host: host === null ? '' : `for ${host}` };
}

function wordOf(verdict: string): string {
  return verdict === 'unknown' ? 'not known' : verdict;
}

function restText(data: Data, told: readonly string[]): string {
  return Object.entries(data)
    .filter(([key, value]) => !told.includes(key) && value !== null && value !== undefined && value !== '')
    .map(([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
