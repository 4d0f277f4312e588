import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { TCP_BACKLOG_BYTES_MAX } from '../../../src/base/limits.ts';
import type { AnswerPort } from '../../../src/server/answer-port.ts';
import { createListenerCounters, ListenerCounter } from '../../../src/server/listener-counters.ts';
import { ProxySources } from '../../../src/server/proxy-sources.ts';
import { TcpListener, type TcpListenerOptions, withoutScope } from '../../../src/server/tcp-listener.ts';
import { idleTimers } from '../../tools/service-timer.ts';

/** The answer is the query with its first octet raised by one. */
const ECHO: AnswerPort = (bytes, start, length) => {
  bytes[start] = (bytes[start]! + 1) & 255;
  return length;
};

const PLAIN = {
  reusePort: false,
  proxySources: new ProxySources([]),
  ticketKeys: new Uint8Array(48),
  descriptorsLeft: () => Number.POSITIVE_INFINITY,
};

const everywhere = (answer: AnswerPort) => ({ tcp: answer, tls: answer, https: answer });

const open: { listener: TcpListener; sockets: Socket[] }[] = [];
afterEach(async () => {
  for (const { listener, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await listener.stop();
  }
});

async function start(answer: AnswerPort = ECHO, options: Partial<TcpListenerOptions> = {}, address = '127.0.0.1') {
  const counters = createListenerCounters();
  const listener = new TcpListener(
    { ...PLAIN, listen: [{ address, port: 0, service: 'tcp' }], ...options },
    everywhere(answer),
    counters,
    idleTimers(),
  );
  const [port] = await listener.start();
  const sockets: Socket[] = [];
  open.push({ listener, sockets });
  const dial = async (localAddress?: string) => {
    const socket = connect({
      host: address,
      port: port!,
      allowHalfOpen: true,
      ...(localAddress ? { localAddress } : {}),
    });
    sockets.push(socket);
    const client = new Client(socket);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return client;
  };
  return { listener, counters, dial };
}

class Client {
  readonly socket: Socket;
  readonly chunks: Buffer[] = [];
  count = 0;
  ended = false;
  closed = false;
  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.chunks.push(chunk);
      this.count += chunk.length;
    });
    socket.on('end', () => {
      this.ended = true;
    });
    socket.on('close', () => {
      this.closed = true;
    });
    socket.on('error', () => {});
  }
  async until(condition: () => boolean, ms = 10_000): Promise<boolean> {
    for (const end = performance.now() + ms; performance.now() < end; await sleep(5)) if (condition()) return true;
    return condition();
  }
  octets(count: number) {
    return this.until(() => this.count >= count);
  }
  get received(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

function frame(...octets: number[]): Buffer {
  return Buffer.from([octets.length >>> 8, octets.length & 255, ...octets]);
}

describe('TcpListener framing (RFC 7766 8)', () => {
  it('answers a message in one piece', async () => {
    const { dial } = await start();
    const client = await dial();
    client.socket.write(frame(1, 2, 3));
    await client.octets(5);
    expect(client.received).toEqual(frame(2, 2, 3));
  });

  it('answers a message that comes octet by octet', async () => {
    const { dial } = await start();
    const client = await dial();
    client.socket.setNoDelay(true);
    for (const octet of frame(9, 8, 7, 6)) {
      client.socket.write(Buffer.from([octet]));
      await sleep(2);
    }
    await client.octets(6);
    expect(client.received).toEqual(frame(10, 8, 7, 6));
  });

  it('answers the longest message, split anywhere', async () => {
    const { dial } = await start();
    const client = await dial();
    const message = Buffer.alloc(65535, 5);
    const whole = Buffer.concat([Buffer.from([255, 255]), message]);
    client.socket.write(whole.subarray(0, 40_000));
    await sleep(20);
    client.socket.write(whole.subarray(40_000));
    await client.octets(65537);
    expect(client.received[2]).toBe(6);
    expect(client.received.length).toBe(65537);
  });

  it('answers pipelined messages in their order, the last one cut and completed later', async () => {
    const { dial } = await start();
    const client = await dial();
    const many = Buffer.concat(Array.from({ length: 1000 }, (_, i) => frame(i & 255, i >> 8, 0)));
    client.socket.write(many.subarray(0, many.length - 2));
    await client.octets(999 * 5);
    client.socket.write(many.subarray(many.length - 2));
    await client.octets(1000 * 5);
    for (let i = 0; i < 1000; i++) {
      expect(client.received.subarray(i * 5, i * 5 + 5)).toEqual(frame((i + 1) & 255, i >> 8, 0));
    }
  });

  it('is silent where the answer is silence, and keeps the connection', async () => {
    const { dial } = await start((bytes, at, length) => (bytes[at] === 0 ? 0 : length));
    const client = await dial();
    client.socket.write(Buffer.concat([frame(0, 1), frame(1, 1)]));
    await client.octets(4);
    await sleep(20);
    expect(client.received).toEqual(frame(1, 1));
  });

  it('answers what came before an empty message, nothing behind it', async () => {
    const { dial } = await start();
    const client = await dial();
    client.socket.write(Buffer.concat([frame(1, 1), Buffer.from([0, 0]), frame(2, 1)]));
    expect(await client.until(() => client.closed || client.ended)).toBe(true);
    expect(client.received).toEqual(frame(2, 1));
  });

  it('closes on an empty message', async () => {
    const { dial, counters } = await start();
    const client = await dial();
    client.socket.write(Buffer.from([0, 0]));
    expect(await client.until(() => client.closed || client.ended)).toBe(true);
    expect(counters[ListenerCounter.TCP_BAD_FRAME]).toBe(1);
  });

  it('answers all that was asked before the client closed its side', async () => {
    const { dial } = await start();
    const client = await dial();
    client.socket.end(Buffer.concat(Array.from({ length: 500 }, () => frame(1, 2, 3))));
    expect(await client.until(() => client.ended)).toBe(true);
    expect(client.received.length).toBe(500 * 5);
  });

  it('tells the answerer who asks, with the right family', async () => {
    const seen: string[] = [];
    const note: AnswerPort = (_bytes, _start, length, family, words) => {
      seen.push(`${family} ${words.join(',')}`);
      return length;
    };
    const four = await (await start(note)).dial();
    four.socket.write(frame(1));
    await four.octets(3);
    const six = await (await start(note, {}, '::1')).dial();
    six.socket.write(frame(1));
    await six.octets(3);
    expect(seen).toEqual([`4 ${0x7f000001},0,0,0`, '6 0,0,0,1']);
  });
});

describe('TcpListener bounds', () => {
  it('makes room for a newcomer by closing the connection idle longest', async () => {
    const { dial, counters } = await start(ECHO, { connectionsMax: 3 });
    const clients = [await dial(), await dial(), await dial()];
    await clients[0]!.until(() => counters[ListenerCounter.TCP_OPEN] === 3);
    clients[0]!.socket.write(frame(1));
    await clients[0]!.octets(3);
    const fourth = await dial();
    fourth.socket.write(frame(4));
    await fourth.octets(3);
    expect(fourth.received).toEqual(frame(5));
    expect(await clients[1]!.until(() => clients[1]!.closed || clients[1]!.ended)).toBe(true);
    expect(clients[0]!.ended || clients[2]!.ended).toBe(false);
    expect(counters[ListenerCounter.TCP_EVICTED]).toBe(1);
  });

  it('lets one client have its share only, at its own cost', async () => {
    const { dial } = await start(ECHO, { connectionsPerClientMax: 2 });
    const other = await dial('127.0.0.2');
    const first = await dial();
    await dial();
    await dial();
    expect(await first.until(() => first.closed || first.ended)).toBe(true);
    expect(other.ended || other.closed).toBe(false);
  });

  it('closes a connection whose message stalls, well before an idle one', async () => {
    const { dial, counters } = await start();
    const idle = await dial();
    const stalled = await dial();
    stalled.socket.write(Buffer.from([0, 50, 1]));
    expect(await stalled.until(() => stalled.closed || stalled.ended, 6_000)).toBe(true);
    expect(idle.ended || idle.closed).toBe(false);
    expect(counters[ListenerCounter.TCP_TIMED_OUT]).toBe(1);
  });

  it('reads no more from a client that does not read, and goes on when it does', async () => {
    let answered = 0;
    const big: AnswerPort = () => {
      answered++;
      return 60_000;
    };
    const { dial } = await start(big);
    const client = await dial();
    client.socket.pause();
    client.socket.write(Buffer.concat(Array.from({ length: 2000 }, () => frame(1, 2, 3))));
    await sleep(300);
    const before = answered;
    // What the kernel's buffers on loopback take, and one backlog.
    expect(before * 60_000).toBeLessThan(TCP_BACKLOG_BYTES_MAX + 32 * 1024 * 1024);
    expect(before).toBeLessThan(2000);
    client.socket.resume();
    expect(await client.until(() => answered === 2000, 8_000)).toBe(true);
    expect(await client.octets(2000 * 60_002)).toBe(true);
  });

  it('gives other connections their turn while one sends without end', async () => {
    const { dial } = await start((_bytes, _start, length) => {
      const until = performance.now() + 0.2;
      while (performance.now() < until);
      return length;
    });
    const greedy = await dial();
    const modest = await dial();
    greedy.socket.write(Buffer.concat(Array.from({ length: 5_000 }, () => frame(1))));
    await sleep(20);
    const since = performance.now();
    modest.socket.write(frame(2));
    await modest.octets(3);
    expect(performance.now() - since).toBeLessThan(5_000);
    expect(greedy.received.length).toBeLessThan(5_000 * 3);
  });

  it('answers what has come in when it stops, and refuses what comes after', async () => {
    const { listener, dial } = await start();
    const busy = await dial();
    const idle = await dial();
    busy.socket.write(frame(1, 2));
    await busy.octets(4);
    const since = performance.now();
    const stopped = listener.stop();
    expect(await idle.until(() => idle.ended)).toBe(true);
    busy.socket.end();
    idle.socket.end();
    await stopped;
    expect(performance.now() - since).toBeLessThan(5_000);
    await expect(dial()).rejects.toThrow();
  });

  it('cuts those who do not let go when it stops', async () => {
    const { listener, dial } = await start();
    await dial();
    const since = performance.now();
    await listener.stop();
    expect(performance.now() - since).toBeLessThan(5_000);
  });

  it('says which address it could not bind', async () => {
    const listener = new TcpListener(
      { ...PLAIN, listen: [{ address: '192.0.2.1', port: 0, service: 'tcp' }] },
      everywhere(ECHO),
      createListenerCounters(),
      idleTimers(),
    );
    await expect(listener.start()).rejects.toThrow('192.0.2.1');
  });
});

describe('withoutScope', () => {
  it('drops the interface of a link-local address', () => {
    expect(withoutScope('fe80::1%eth0')).toBe('fe80::1');
    expect(withoutScope('::1')).toBe('::1');
  });
});
