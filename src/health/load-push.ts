/**
 * Load reports as they are pushed: which endpoint, and what it carries. One text form, an entry of the stream, by which the node that
 * was asked tells the others. It names endpoints as zone files do, not checks: a node whose files are a reload ahead or behind, where
 * the same endpoint is checked otherwise, understands it all the same. Read strictly, since anyone who can write to Redis can write here.
 *
 *   {"v":1,"kind":"loads","loads":[[endpoint, name|null, [current, target, max, …, validSeconds, ageMs]], …]}
 *
 * Unknown keys, and elements behind the last, are passed over, so that newer nodes can speak to older ones.
 */

import { formatIpAddress, parseIpAddress } from '../base/ip-address.ts';
import { ENDPOINT_KEY_CHARS_MAX, LOADS_PUSHED_CHARS_MAX, LOADS_PUSHED_MAX } from '../base/limits.ts';
import { type RecordFault, readJsonRecord } from './json-record.ts';
import { decodeLoad, encodeLoad, type LoadSample } from './load-report.ts';

/** One report on one endpoint. */
export type LoadPush = {
  /** Its value in {@link endpointText}. */
  readonly endpoint: string;
  /** The record at which it stands, in {@link recordText}; null: every one. */
  readonly name: string | null;
  readonly load: LoadSample;
};

const FORM = { version: 1, charsMax: LOADS_PUSHED_CHARS_MAX, limit: 'LOADS_PUSHED_CHARS_MAX' } as const;
const KIND = 'loads';
/** Elements of one report in text form, with room for newer nodes. */
const ELEMENTS = 3;
const ELEMENTS_MAX = 16;

/** The value of an endpoint in the one form in which pushes are compared: an address as RFC 5952 writes it, a name as {@link recordText}. */
export function endpointText(value: string): string {
  const address = parseIpAddress(value);
  return address === null ? recordText(value) : formatIpAddress(address);
}

/** A name in lower case with the final dot. */
export function recordText(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower : `${lower}.`;
}

/** The text form of at most LOADS_PUSHED_MAX pushes. */
export function encodeLoadPushes(pushes: readonly LoadPush[]): string {
  const loads = pushes.map(({ endpoint, name, load }) => [endpoint, name, encodeLoad(load)]);
  return JSON.stringify({ v: FORM.version, kind: KIND, loads });
}

/** The pushes in `text`, or why there are none. Never throws. */
export function parseLoadPushes(text: string): { readonly loads: LoadPush[] } | RecordFault {
  const read = readJsonRecord(text, FORM);
  if ('fault' in read) return read;
  const { kind, loads } = read.record;
  if (kind !== KIND) return { fault: `"kind" is not "${KIND}"` };
  if (!Array.isArray(loads) || loads.length === 0) return { fault: '"loads" is not a list of reports' };
  if (loads.length > LOADS_PUSHED_MAX) return { fault: `more reports than LOADS_PUSHED_MAX (${LOADS_PUSHED_MAX})` };
  const list: LoadPush[] = [];
  for (const item of loads as unknown[]) {
    const push = readPush(item);
    if ('fault' in push) return { fault: `report ${list.length}: ${push.fault}` };
    list.push(push);
  }
  return { loads: list };
}

function readPush(item: unknown): LoadPush | RecordFault {
  if (!Array.isArray(item) || item.length < ELEMENTS || item.length > ELEMENTS_MAX)
    return { fault: `not a list of ${ELEMENTS} elements` };
  const [endpoint, name, said] = item as unknown[];
  if (!isName(endpoint)) return { fault: 'bad endpoint' };
  if (name !== null && !isName(name)) return { fault: 'bad name' };
  const load = decodeLoad(said);
  return load === null ? { fault: 'bad load' } : { endpoint, name, load };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= ENDPOINT_KEY_CHARS_MAX;
}
