import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { EventStreams } from '../../../src/admin/event-streams.ts';
import { ADMIN_STREAMS_MAX } from '../../../src/base/limits.ts';
import { EventLog } from '../../../src/server/event-log.ts';

let server: Server;
const events = new EventLog(() => 1);
const log = events.over(pino({ level: 'silent' }));
const streams = new EventStreams(events, () => ({ mode: 'NORMAL' }));

afterEach(() => {
  streams.close();
  server.closeAllConnections();
  server.close();
});

async function open(lastId: string | null): Promise<{ response: IncomingMessage; text: () => string }> {
  server = createServer((_, response) => void streams.open(response, lastId, [['x-a', 'b']]));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const response = await new Promise<IncomingMessage>((resolve) => get({ host: '127.0.0.1', port }, resolve));
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  response.on('error', () => {});
  return { response, text: () => text };
}

it('sends the pulse at once and events as they come', async () => {
  const { response, text } = await open(null);
  expect(response.headers).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8', 'x-a': 'b' });
  log.warn({ event: 'mode', mode: 'HOLD' }, 'held');
  await expect.poll(text).toContain(`id: ${events.boot}-${events.last}\nevent: event\ndata: {"id"`);
  expect(text()).toContain('event: pulse\ndata: {"mode":"NORMAL"');
});

it('goes on after the last event that the reader has', async () => {
  log.info({ event: 'first' }, '');
  const lastId = `${events.boot}-${events.last}`;
  log.info({ event: 'second' }, '');
  const { text } = await open(lastId);
  await expect.poll(text).toContain('second');
  expect(text()).not.toContain('first');
});

it.each(['other-1', 'nonsense', ''])('tells a reader of %j that it has missed events', async (lastId) => {
  const { text } = await open(lastId);
  await expect.poll(text).toContain('event: missed');
});

it('cuts off a reader that does not read, and keeps its time for others', async () => {
  const { response } = await open(null);
  response.pause();
  for (let i = 0; i < 5_000 && streams.size > 0; i++) {
    log.info({ event: 'e', text: 'x'.repeat(3_900) }, '');
    if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await expect.poll(() => streams.size).toBe(0);
});

it('gives no more streams than it may', () => {
  const fake = () => ({ writeHead() {}, on() {}, write() {}, end() {}, writableLength: 0 }) as never;
  for (let i = 0; i < ADMIN_STREAMS_MAX; i++) expect(streams.open(fake(), null, [])).toBe(true);
  expect(streams.open(fake(), null, [])).toBe(false);
});
