import { expect, it } from 'vitest';
import type { RedisConnection } from '../../../src/redis/redis-connection.ts';
import { readServerMs, ServerClock } from '../../../src/redis/server-clock.ts';

/** A connection to a server whose INFO says `text()`; counts how often it is asked. */
function serverWith(text: () => string) {
  let asked = 0;
  const info = async () => {
    asked++;
    return text();
  };
  const connection = { run: (work: (client: unknown) => unknown) => work({ info }) } as unknown as RedisConnection;
  return { connection, asked: () => asked };
}

const DAY_MS = 86_400_000;

it('is what the server says and not what this machine thinks, and asked once', async () => {
  const server = serverWith(() => `# Server\r\nserver_time_usec:${(Date.now() + 3 * DAY_MS) * 1_000 + 7}\r\n`);
  const clock = new ServerClock(server.connection);
  expect(clock.nowMs()).toBeNull();
  for (let i = 0; i < 3; i++) expect(Math.abs((await clock.ask())! - Date.now() - 3 * DAY_MS)).toBeLessThan(5_000);
  expect(Math.abs(clock.nowMs()! - Date.now() - 3 * DAY_MS)).toBeLessThan(5_000);
  expect(server.asked()).toBe(1);
  clock.doubt();
  expect(clock.nowMs()).not.toBeNull();
  await clock.ask();
  expect(server.asked()).toBe(2);
});

it('follows what commands tell by the way, said half-way between question and answer', async () => {
  const server = serverWith(() => '');
  const clock = new ServerClock(server.connection);
  const sentMs = performance.now() - 100_000;
  clock.note(1_000_000, sentMs);
  expect(clock.nowMs()).toBeGreaterThanOrEqual(1_050_000);
  expect(clock.nowMs()).toBeLessThan(1_060_000);
  await clock.ask();
  expect(server.asked()).toBe(0);
});

it('is unknown where the server does not tell', async () => {
  for (const text of ['', 'server_time_usec:x', 'server_time_usec:12'])
    expect(await readServerMs(serverWith(() => text).connection)).toBeNull();
  expect(await new ServerClock(serverWith(() => '').connection).ask()).toBeNull();
});
