import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { HttpListener } from '../../../src/admin/http-listener.ts';

const ANY_PORT = { address: '127.0.0.1', port: 0 };

it('answers on the port that it names', async () => {
  const listener = new HttpListener(() => new Response('hello'));
  const { port } = await listener.listen(ANY_PORT, '--admin');
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('hello');
  await listener.close();
});

it('closes although a client holds a connection open', async () => {
  const listener = new HttpListener(() => new Response('hello'));
  const { port } = await listener.listen(ANY_PORT, '--admin');
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  // Half a request: busy, not idle.
  await new Promise<void>((resolve) => socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n', () => resolve()));
  const startMs = performance.now();
  await listener.close();
  expect(performance.now() - startMs).toBeLessThan(5_000);
  socket.destroy();
});

it('may be closed without ever having listened', async () => {
  await new HttpListener(() => new Response('')).close();
});

it('says what to do about an address that is not of this machine', async () => {
  const listener = new HttpListener(() => new Response(''));
  await expect(listener.listen({ address: '192.0.2.1', port: 0 }, '--admin')).rejects.toThrow(
    /no such address; choose another address with --admin/,
  );
});

it.skipIf(process.platform !== 'linux')(
  'stands beside another at one port if both allow it, and not otherwise',
  async () => {
    const [first, second, third] = Array.from({ length: 3 }, () => new HttpListener(() => new Response('')));
    const at = await first!.listen({ address: '127.0.0.1', port: 0 }, '--admin', true);
    expect(await second!.listen(at, '--admin', true)).toEqual(at);
    await expect(third!.listen(at, '--admin')).rejects.toThrow('another process uses this port');
    await Promise.all([first!.close(), second!.close()]);
  },
);
