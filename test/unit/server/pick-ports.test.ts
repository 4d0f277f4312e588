import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { explainBindError, pickPorts, pickTcpPorts } from '../../../src/server/pick-ports.ts';
import { StartError } from '../../../src/server/start-error.ts';

describe('pickPorts', () => {
  it('finds one port that is free for UDP and TCP', async () => {
    const [four, six] = await pickPorts([
      { address: '127.0.0.1', port: 0 },
      { address: '::1', port: 0 },
    ]);
    expect(four!.port).toBeGreaterThan(0);
    expect(six).toMatchObject({ address: '::1' });
    // Both are free again.
    expect(await pickPorts([four!, six!, four!])).toEqual([four, six]);
  });

  it('refuses a port that another program has, over TCP or UDP', async () => {
    const tcp = createServer();
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
    const { port } = tcp.address() as { port: number };
    await expect(pickPorts([{ address: '127.0.0.1', port }])).rejects.toThrow(StartError);
    tcp.close();
    const udp = createSocket({ type: 'udp4', reusePort: true });
    await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
    const { port: udpPort } = udp.address();
    await expect(pickPorts([{ address: '127.0.0.1', port: udpPort }])).rejects.toThrow(`127.0.0.1:${udpPort}`);
    udp.close();
  });

  it('takes a port that is in use where nodes may overlap, and picks a free one all the same', async () => {
    const tcp = createServer();
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
    const { port } = tcp.address() as { port: number };
    const taken = { address: '127.0.0.1', port };
    expect(await pickPorts([taken], true)).toEqual([taken]);
    expect(await pickTcpPorts([{ ...taken, service: 'tls' }], [], true)).toEqual([{ ...taken, service: 'tls' }]);
    const [free] = await pickPorts([{ address: '127.0.0.1', port: 0 }], true);
    expect(free!.port).not.toBe(port);
    tcp.close();
  });

  it('says when the host does not have the address', async () => {
    await expect(pickPorts([{ address: '192.0.2.1', port: 0 }])).rejects.toThrow('does not have that address');
  });
});

describe('explainBindError', () => {
  it('says what to do about a port that needs a right', () => {
    const error = Object.assign(new Error('bind EACCES'), { code: 'EACCES' });
    expect(explainBindError(error, { address: '::1', port: 53 })).toContain('[::1]:53: ports below 1024');
  });
});
