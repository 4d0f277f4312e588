/** What an endpoint is in one word, for people: what the zone file pins comes before what health says. */

import type { EndpointAnswer } from './api-answers.ts';

/** `held`: it is not down and is kept out all the same. */
export type EndpointState = 'up' | 'down' | 'unknown' | 'held';

/** The state, and the word for it where the state alone would mislead. */
export function endpointState(endpoint: Pick<EndpointAnswer, 'status' | 'verdict' | 'barred'>): {
  readonly state: EndpointState;
  readonly word: string;
} {
  const { status, verdict, barred } = endpoint;
  if (status === 'up') return { state: 'up', word: 'up by file' };
  if (status === 'down') return { state: 'down', word: 'down by file' };
  if (verdict === 'down') return { state: 'down', word: 'down' };
  if (barred) return { state: 'held', word: 'held back' };
  return { state: verdict, word: verdict === 'unknown' ? 'not known, served' : 'up' };
}

/** True for an endpoint that somebody should look at. */
export function needsAttention(endpoint: EndpointAnswer): boolean {
  if (endpoint.status !== 'obey') return false;
  return endpoint.verdict === 'down' || endpoint.barred || endpoint.suspect;
}
