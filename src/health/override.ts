/**
 * An operator's shift: for some time, a part of the weight of a region, a pool, an endpoint or a name. One text form for Redis and
 * for the node's state directory, read strictly; a bad one is refused whole. Pure: made by `meridian shift`, kept by each
 * node's {@link OverrideBook}.
 *
 *   {"v":1,"id":"3f9c…","scope":"region","target":"eu-west","factor":0,"isResume":false,"reason":"…","by":"ann",
 *    "createdMs":…,"expiresMs":…}
 *
 * An expiry is mandatory: what nobody remembers must end by itself. Times are of the store's
 * clock, which dates a shift when it takes it ({@link datedAt}); from when a node first hears of it, its own clock counts.
 */

import {
  ENDPOINT_KEY_CHARS_MAX,
  OVERRIDE_BYTES_MAX,
  OVERRIDE_MS_MAX,
  OVERRIDE_MS_MIN,
  OVERRIDE_TEXT_CHARS_MAX,
} from '../base/limits.ts';
import type { EndpointSpec } from '../zone/zone-model.ts';
import { type RecordFault, readJsonRecord } from './json-record.ts';
import { isHealthName } from './report.ts';

/** What a shift may be for. `name`: a steered name, or a zone and all names in it. */
const OVERRIDE_SCOPES = ['region', 'pool', 'endpoint', 'name'] as const;
export type OverrideScope = (typeof OVERRIDE_SCOPES)[number];

export type Override = {
  /** A health name, drawn when it was made. */
  readonly id: string;
  readonly scope: OverrideScope;
  /**
   * A region; a pool, `POOL` in every record or `NAME/POOL`; an endpoint's value or its whole key; a name in presentation form
   * with the final dot.
   */
  readonly target: string;
  /** 0..1 of the configured weight; 0 drains. */
  readonly factor: number;
  /** Lets endpoints come back that are held back: by `manual_resume`, if they went down before `createdMs`, or after flaps. */
  readonly isResume: boolean;
  readonly reason: string;
  readonly by: string;
  readonly createdMs: number;
  readonly expiresMs: number;
};

const FORMAT_VERSION = 1;
const FORM = { version: FORMAT_VERSION, charsMax: OVERRIDE_BYTES_MAX, limit: 'OVERRIDE_BYTES_MAX' } as const;

/** The text form of `override`. */
export function encodeOverride(override: Override): string {
  return JSON.stringify({ v: FORMAT_VERSION, ...override });
}

/** The override in `text`, or why there is none. Never throws. */
export function parseOverride(text: string): Override | RecordFault {
  const read = readJsonRecord(text, FORM);
  if ('fault' in read) return read;
  const { id, scope, target, factor, isResume, reason, by, createdMs, expiresMs } = read.record;
  if (typeof id !== 'string' || !isHealthName(id)) return { fault: '"id" is not a name' };
  if (!OVERRIDE_SCOPES.includes(scope as OverrideScope)) return { fault: '"scope" is unknown' };
  if (!isText(target, ENDPOINT_KEY_CHARS_MAX) || target === '') return { fault: '"target" is not a text' };
  if (typeof factor !== 'number' || !(factor >= 0 && factor <= 1)) return { fault: '"factor" is not within 0..1' };
  if (typeof isResume !== 'boolean') return { fault: '"isResume" is not true or false' };
  if (!isText(reason, OVERRIDE_TEXT_CHARS_MAX) || !isText(by, OVERRIDE_TEXT_CHARS_MAX))
    return { fault: '"reason" or "by" is not a text' };
  if (!isTime(createdMs) || !isTime(expiresMs)) return { fault: '"createdMs" or "expiresMs" is not a time' };
  const lifeMs = expiresMs - createdMs;
  if (lifeMs < OVERRIDE_MS_MIN || lifeMs > OVERRIDE_MS_MAX)
    return { fault: `it lasts ${lifeMs} ms, not OVERRIDE_MS_MIN..OVERRIDE_MS_MAX` };
  return { id, scope: scope as OverrideScope, target, factor, isResume, reason, by, createdMs, expiresMs };
}

/** The same made at `nowMs`: as long, whatever its maker's clock said. */
export function datedAt(override: Override, nowMs: number): Override {
  return { ...override, createdMs: nowMs, expiresMs: nowMs + (override.expiresMs - override.createdMs) };
}

/** True if `override` is for the endpoint. */
export function isOverrideFor({ scope, target }: Override, spec: EndpointSpec): boolean {
  switch (scope) {
    case 'region':
      return spec.region === target;
    case 'pool':
      return spec.pool === target || `${spec.name}/${spec.pool}` === target;
    case 'endpoint':
      return spec.value === target || spec.key === target;
    case 'name':
      return spec.name === target || spec.zone === target;
  }
}

function isText(value: unknown, charsMax: number): value is string {
  return typeof value === 'string' && value.length <= charsMax;
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
