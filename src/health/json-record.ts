/**
 * The common shell of every text in Redis and in the state directory: one JSON object of bounded length that names the version
 * of its format in `v`. What the object holds is read by whoever knows the record. Pure.
 */

/** Why a text was refused, in words for the operator. */
export type RecordFault = { readonly fault: string };

/** Bounds of a record; `limit` is the name of `charsMax` in `base/limits.ts`. */
export type RecordForm = { readonly version: number; readonly charsMax: number; readonly limit: string };

/** The object in `text`, unchecked but for its version, or why there is none. Never throws. */
export function readJsonRecord(text: string, form: RecordForm): { record: Record<string, unknown> } | RecordFault {
  if (text.length > form.charsMax) return { fault: `longer than ${form.limit} (${form.charsMax})` };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: 'not JSON' };
  }
  if (!isRecord(value)) return { fault: 'not an object' };
  if (value.v !== form.version) return { fault: `"v" is not ${form.version}` };
  return { record: value };
}

/** True for a JSON object that is no list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
