/**
 * The JSON body of a request, as plain data: bounded, UTF-8, and without a key that would reach a prototype. What it means is the
 * route's schema's business. Used by `admin-api.ts`.
 */

import { ADMIN_BODY_BYTES_MAX } from '../base/limits.ts';

/** Why there is none. */
export type BodyFault = { readonly status: 400 | 413 | 415; readonly message: string };

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
/** Deeper than any body of the API; JSON.parse itself has no bound. */
const DEPTH_MAX = 8;

/** The value in the body of `request`. Never rejects for what the client sent. */
export async function readJsonBody(request: Request): Promise<{ readonly value: unknown } | BodyFault> {
  const type = request.headers.get('content-type') ?? '';
  // A page of another origin cannot send this without asking first (CORS), and is never answered.
  if (!/^application\/json\s*(;|$)/i.test(type))
    return { status: 415, message: 'send a body of type application/json' };
  let bytes: ArrayBuffer;
  try {
    bytes = await request.arrayBuffer();
  } catch {
    return { status: 400, message: 'the body ended early' };
  }
  if (bytes.byteLength > ADMIN_BODY_BYTES_MAX)
    return { status: 413, message: `a body has at most ${ADMIN_BODY_BYTES_MAX} octets (ADMIN_BODY_BYTES_MAX)` };
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    const fault = faultOf(value, 0);
    return fault === null ? { value } : { status: 400, message: fault };
  } catch {
    return { status: 400, message: 'the body is not JSON in UTF-8' };
  }
}

function faultOf(value: unknown, depth: number): string | null {
  if (typeof value !== 'object' || value === null) return null;
  if (depth >= DEPTH_MAX) return `the body is nested deeper than ${DEPTH_MAX}`;
  for (const [key, each] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key)) return `the body has a key ${JSON.stringify(key)}`;
    const fault = faultOf(each, depth + 1);
    if (fault !== null) return fault;
  }
  return null;
}
