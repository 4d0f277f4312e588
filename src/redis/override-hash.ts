/**
 * The operators' shifts in Redis: one hash, a field for each and `version`, which rises with every change. Part of the Redis
 * store. Changes go in transactions, so that nobody reads a version without its content.
 */

import { OVERRIDE_BYTES_MAX, OVERRIDES_MAX } from '../base/limits.ts';
import { encodeOverride, type Override, parseOverride } from '../health/override.ts';
import { isHealthName } from '../health/report.ts';
import type { RedisConnection } from './redis-connection.ts';
import { type OverridesRead, type Refusal, StoreError } from './state-store.ts';

/** The field that is no shift. */
const VERSION = 'version';
/** A shift stays readable for this long after its end, for operators who look back. */
const KEPT_MS = 3_600_000;

/** Every shift in the hash `key`; null while it is at version `known`. */
export async function readOverrides(
  commands: RedisConnection,
  key: string,
  known: number,
): Promise<Omit<OverridesRead, 'nowMs'> | null> {
  const version = readVersion(await commands.run((client) => client.hget(key, VERSION)));
  if (version === known) return null;
  const refused: Refusal[] = [];
  const count = await commands.run((client) => client.hlen(key));
  if (count > OVERRIDES_MAX + 1) throw new StoreError(`${key}: more shifts than OVERRIDES_MAX (${OVERRIDES_MAX})`);
  const fields = await commands.run((client) => client.hkeys(key));
  const overrides: Override[] = [];
  for (const field of fields.slice(0, OVERRIDES_MAX + 1)) {
    if (field === VERSION) continue;
    const override = isHealthName(field) ? await readOne(commands, key, field) : { fault: 'its field is no name' };
    if (override === null) continue;
    if ('fault' in override) refused.push({ source: `${key} ${field.slice(0, 64)}`, reason: override.fault });
    else if (override.id !== field) refused.push({ source: `${key} ${field}`, reason: 'it has another id' });
    else overrides.push(override);
  }
  return { overrides, refused, version };
}

/** Adds a shift, and drops those that ended long before `nowMs`. */
export async function putOverride(
  commands: RedisConnection,
  key: string,
  override: Override,
  nowMs: number,
): Promise<void> {
  const read = await readOverrides(commands, key, -1);
  const old = (read?.overrides ?? []).filter(({ expiresMs }) => expiresMs + KEPT_MS < nowMs).map(({ id }) => id);
  if ((read?.overrides.length ?? 0) - old.length >= OVERRIDES_MAX)
    throw new StoreError(`more shifts than OVERRIDES_MAX (${OVERRIDES_MAX})`);
  await commands.run(async (client) => {
    const change = client.multi().hset(key, override.id, encodeOverride(override)).hincrby(key, VERSION, 1);
    if (old.length > 0) change.hdel(key, ...old);
    raiseErrors(await change.exec());
  });
}

/** Takes a shift back; false when there is none of that id. */
export async function removeOverride(commands: RedisConnection, key: string, id: string): Promise<boolean> {
  const isThere = (await commands.run((client) => client.hexists(key, id))) === 1 && id !== VERSION;
  if (!isThere) return false;
  await commands.run(async (client) => raiseErrors(await client.multi().hdel(key, id).hincrby(key, VERSION, 1).exec()));
  return true;
}

/** Writes what a node still knows into a hash that has forgotten it. Several nodes may do so: they write the same. */
export async function restoreOverrides(
  commands: RedisConnection,
  key: string,
  overrides: readonly Override[],
  version: number,
): Promise<void> {
  const present = readVersion(await commands.run((client) => client.hget(key, VERSION)));
  if (present >= version) return;
  const fields = overrides.flatMap((override) => [override.id, encodeOverride(override)]);
  await commands.run((client) => client.hset(key, ...fields, VERSION, String(version + 1)));
}

/** Measured before it is fetched; null when it was removed meanwhile. */
async function readOne(
  commands: RedisConnection,
  key: string,
  field: string,
): Promise<ReturnType<typeof parseOverride> | null> {
  const length = await commands.run((client) => client.hstrlen(key, field));
  if (length > OVERRIDE_BYTES_MAX * 4) return { fault: `longer than OVERRIDE_BYTES_MAX (${length} bytes)` };
  const text = await commands.run((client) => client.hget(key, field));
  return text === null ? null : parseOverride(text);
}

function readVersion(text: string | null): number {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

function raiseErrors(results: readonly (readonly [Error | null, unknown])[] | null): void {
  const error = results?.find(([each]) => each !== null)?.[0];
  if (error) throw error;
}
