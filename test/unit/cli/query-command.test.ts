import { createSocket } from 'node:dgram';
import { decode, encode, type Packet } from 'dns-packet';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readName, readType, runQuery } from '../../../src/cli/query-command.ts';

const udp = createSocket('udp4');
afterEach(() => vi.restoreAllMocks());

describe('query', () => {
  it('prints records like a zone file, and all of it as JSON on request', async () => {
    udp.on('message', (message, from) => {
      const query = decode(message);
      const answers = [{ type: 'A', name: 'www.a.example', ttl: 30, data: '192.0.2.1' }];
      udp.send(
        encode({ type: 'response', id: query.id, flags: 1 << 10, questions: query.questions, answers } as Packet),
        from.port,
        from.address,
      );
    });
    await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
    const server = { address: '127.0.0.1', port: udp.address().port };
    const printed: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
    expect(await runQuery({ server }, 'www.a.example', undefined)).toBe(0);
    expect(await runQuery({ server, json: true }, 'www.a.example', 'A')).toBe(0);
    vi.restoreAllMocks();
    udp.close();
    expect(printed[0]).toMatch(
      /^;; www\.a\.example\. A from 127\.0\.0\.1:\d+ over udp in [\d.]+ ms\n;; NOERROR, flags qr aa\n/,
    );
    expect(printed[0]).toContain('\nwww.a.example.\t30\tIN\tA\t192.0.2.1\n');
    expect(JSON.parse(printed[1]!)).toMatchObject({ rcode: 'NOERROR', answer: [{ type: 'A', data: '192.0.2.1' }] });
  });

  it('refuses what it cannot ask for', async () => {
    await expect(runQuery({}, 'a\\.b.example', 'A')).rejects.toThrow(/ask for it with dig/);
    await expect(runQuery({ server: { address: '127.0.0.1', port: 0 } }, 'a', 'A')).rejects.toThrow(
      /port other than 0/,
    );
    expect(() => readType('NONSENSE')).toThrow(/is no record type/);
    expect(() => readName('a..b')).toThrow(/is no domain name: empty label/);
  });

  it('takes names without the final dot and types by number', () => {
    expect(readName('www.A.example')).toBe('www.A.example.');
    expect(readType('type65280')).toBe(65_280);
    expect(readType('https')).toBe(65);
  });
});
