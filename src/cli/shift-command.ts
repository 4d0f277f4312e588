/**
 * `meridian shift add|list|remove`: an operator moves weight away from a region, a pool, an endpoint or a name, for a time that
 * ends by itself. Goes through Redis; every node takes it up within two seconds, logs it, and keeps it over the loss of Redis.
 */

import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { OVERRIDE_MS_MAX, OVERRIDE_MS_MIN, OVERRIDE_TEXT_CHARS_MAX } from '../base/limits.ts';
import { encodeOverride, type Override, type OverrideScope, parseOverride } from '../health/override.ts';
import type { RedisStore } from '../redis/redis-store.ts';
import { StoreError } from '../redis/state-store.ts';
import { ExitCode, usageFailure, workFailure } from './command-failure.ts';
import { openRedis } from './open-redis.ts';
import { readName } from './query-command.ts';
import type { Settings } from './settings.ts';
import { judgeShift } from './shift-guard.ts';
import { printable, renderTable } from './text-table.ts';
import { tellExcess } from './what-if-view.ts';

const ID_BYTES = 4;

/** `action` is add, list or remove; `id` names the shift to remove. */
export async function runShift(settings: Settings, action: string, id: string | undefined): Promise<number> {
  if (action !== 'add' && action !== 'list' && action !== 'remove')
    throw usageFailure(`shift ${JSON.stringify(action)} is unknown: write add, list or remove`);
  if ((action === 'remove') !== (id !== undefined))
    throw usageFailure(
      action === 'remove' ? 'shift remove needs the id that "shift list" shows' : `shift ${action} takes no id`,
    );
  const needsRedis = 'shift needs --redis URL, through which the nodes hear of it';
  if (settings.redis === undefined) throw usageFailure(needsRedis);
  // Before anything is asked of Redis: wrong usage is told at once.
  const override = action === 'add' ? overrideOf(settings, Date.now()) : null;
  const redis = await openRedis(settings);
  if (redis === null) throw usageFailure(needsRedis);
  const { store } = redis;
  try {
    if (override !== null) {
      if (settings.force !== true) await refuseExcess(settings, override);
      return await add(store, override, settings.json === true);
    }
    return action === 'list' ? await list(store, settings.json === true) : await remove(store, id!);
  } catch (error) {
    if (error instanceof StoreError) throw workFailure(error.message);
    throw error;
  } finally {
    await store.close();
  }
}

/** The shift that `settings` ask for, made at `nowMs`; throws a usage failure that says what is missing. */
export function overrideOf(settings: Settings, nowMs: number): Override {
  const { scope, target } = scopeOf(settings);
  const isResume = settings.resume === true;
  const { factor, reason } = settings;
  if (factor === undefined && !isResume) throw usageFailure('shift add needs --factor 0..1, or --resume');
  if (factor !== undefined && isResume)
    throw usageFailure('--resume lets endpoints back in and moves no weight: without --factor');
  if (reason === undefined) throw usageFailure('shift add needs --reason TEXT: the next person on call will ask');
  // A resume is a word for the moment; it is kept long enough for every node to hear it.
  const text = settings.for ?? (isResume ? '1h' : undefined);
  if (text === undefined) throw usageFailure('shift add needs --for, 1m to 72h: a shift always ends by itself');
  const lifeMs = durationMs(text);
  if (lifeMs === null || lifeMs < OVERRIDE_MS_MIN || lifeMs > OVERRIDE_MS_MAX)
    throw usageFailure(`--for ${JSON.stringify(text)} must be within 1m to 72h, e.g. 30m, 2h or 1h30m`);
  const override: Override = {
    id: randomBytes(ID_BYTES).toString('hex'),
    scope,
    target,
    factor: factor ?? 1,
    isResume,
    reason,
    by: settings.by ?? operatorName(),
    createdMs: nowMs,
    expiresMs: nowMs + lifeMs,
  };
  const read = parseOverride(encodeOverride(override));
  if ('fault' in read) throw usageFailure(`this shift is not possible: ${read.fault}`);
  return override;
}

/** Milliseconds of `90s`, `30m`, `2h`, `1h30m`, `3d`; null for anything else. */
export function durationMs(text: string): number | null {
  const parts = /^(?:(\d{1,3})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?$/.exec(text);
  if (parts === null || text === '') return null;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

function scopeOf(settings: Settings): { scope: OverrideScope; target: string } {
  const { region, pool, endpoint, name } = settings;
  const given: [OverrideScope, string][] = [];
  if (region !== undefined) given.push(['region', region]);
  if (pool !== undefined) given.push(['pool', poolTarget(pool)]);
  if (endpoint !== undefined) given.push(['endpoint', endpoint]);
  if (name !== undefined) given.push(['name', readName(name)]);
  if (given.length !== 1) throw usageFailure('shift add needs one of --region, --pool, --endpoint and --name');
  const [scope, target] = given[0]!;
  return { scope, target };
}

/** `NAME/POOL` with the name made absolute, as endpoints are known. */
function poolTarget(text: string): string {
  const slash = text.indexOf('/');
  return slash < 0 ? text : `${readName(text.slice(0, slash))}/${text.slice(slash + 1)}`;
}

function operatorName(): string {
  try {
    return userInfo().username.slice(0, OVERRIDE_TEXT_CHARS_MAX);
  } catch {
    return 'unknown';
  }
}

/** Throws a work failure when the shift would take another pool past its maximum. */
async function refuseExcess(settings: Settings, override: Override): Promise<void> {
  const { over, notes } = await judgeShift(settings, override);
  for (const note of notes) process.stderr.write(`meridian: ${printable(note)}\n`);
  if (over.length === 0) return;
  const lines = over.map((excess) => printable(tellExcess(excess)));
  throw workFailure([...lines, 'the shift is not made; --force makes it all the same'].join('\n'));
}

async function add(store: RedisStore, override: Override, isJson: boolean): Promise<number> {
  const kept = await store.putOverride(override);
  process.stdout.write(isJson ? `${JSON.stringify(kept)}\n` : `${told(kept)}\n`);
  return ExitCode.GOOD;
}

async function list(store: RedisStore, isJson: boolean): Promise<number> {
  const read = await store.readOverrides(-1);
  const now = read?.nowMs ?? Date.now();
  const overrides = (read?.overrides ?? []).filter(({ expiresMs }) => expiresMs > now);
  overrides.sort((a, b) => a.expiresMs - b.expiresMs);
  for (const { source, reason } of read?.refused ?? [])
    process.stderr.write(`meridian: ${printable(source)} is not believed: ${reason}\n`);
  const rows = overrides.map((override) => {
    const { id, scope, target, factor, isResume, by, reason, expiresMs } = override;
    return [id, scope, target, isResume ? 'resume' : `${factor}`, left(expiresMs - now), by, reason];
  });
  const text = renderTable(['id', 'scope', 'target', 'factor', 'left', 'by', 'reason'], rows);
  process.stdout.write(isJson ? `${JSON.stringify({ shifts: overrides }, null, 2)}\n` : `${text}\n`);
  return ExitCode.GOOD;
}

async function remove(store: RedisStore, id: string): Promise<number> {
  if (!(await store.removeOverride(id)))
    throw workFailure(`there is no shift ${JSON.stringify(id)}; "shift list" shows all`);
  process.stdout.write(`removed ${id}; weights grow back\n`);
  return ExitCode.GOOD;
}

function told({ id, scope, target, factor, isResume, expiresMs }: Override): string {
  if (isResume) return `${id}: endpoints of ${scope} ${target} may come back`;
  return `${id}: ${scope} ${target} at ${factor} of its weight until ${new Date(expiresMs).toISOString()}`;
}

function left(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  return minutes < 60 ? `${minutes}m` : `${Math.floor(minutes / 60)}h${minutes % 60}m`;
}
