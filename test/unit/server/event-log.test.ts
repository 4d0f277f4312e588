import { pino } from 'pino';
import { expect, it } from 'vitest';
import { EVENTS_MAX } from '../../../src/base/limits.ts';
import { EventLog } from '../../../src/server/event-log.ts';

const silent = pino({ level: 'silent' });

it('remembers lines that name themselves, whatever the level of the log, and no others', () => {
  const events = new EventLog(() => 5);
  const log = events.over(silent);
  log.info('hello');
  log.info({ user: 'x' }, 'hello');
  log.warn({ event: 'mode', mode: 'HOLD', err: new Error('why') }, 'mode HOLD');
  expect(events.since(0)).toEqual([
    { id: 1, atMs: 5, level: 'warn', kind: 'mode', message: 'mode HOLD', data: { mode: 'HOLD', err: 'why' } },
  ]);
});

it('writes to the log as before', () => {
  const lines: string[] = [];
  const log = new EventLog(() => 0).over(pino({}, { write: (line: string) => lines.push(line) }));
  log.error({ event: 'x', a: 1 }, 'text');
  expect(JSON.parse(lines[0]!)).toMatchObject({ event: 'x', a: 1, msg: 'text' });
});

it('forgets the oldest, and says from which id on it remembers', () => {
  const events = new EventLog(() => 0);
  const log = events.over(silent);
  for (let i = 0; i < EVENTS_MAX + 10; i++) log.info({ event: 'e' }, '');
  expect(events.since(0)).toHaveLength(EVENTS_MAX);
  expect(events.since(0)[0]!.id).toBe(11);
  expect(events.since(events.last - 2).map(({ id }) => id)).toEqual([events.last - 1, events.last]);
  expect(events.since(events.last)).toEqual([]);
  expect(events.counts.get('e')?.count).toBe(EVENTS_MAX + 10);
});

it('keeps only the message of an event with too much to say', () => {
  const events = new EventLog(() => 0);
  events.over(silent).info({ event: 'e', text: 'x'.repeat(10_000) }, 'short');
  expect(events.since(0)[0]).toMatchObject({ message: 'short', data: {} });
});

it('tells listeners until they leave', () => {
  const events = new EventLog(() => 0);
  const seen: string[] = [];
  const leave = events.subscribe(({ kind }) => seen.push(kind));
  const log = events.over(silent);
  log.info({ event: 'one' }, '');
  leave();
  log.info({ event: 'two' }, '');
  expect(seen).toEqual(['one']);
});
