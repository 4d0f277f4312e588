import { describe, expect, it } from 'vitest';
import { createLivePolicy, setCookieSecrets, setHeld } from '../../../src/answer/live-policy.ts';
import { Transport } from '../../../src/answer/transaction.ts';
import { EdnsOption, ExtendedError, Rcode } from '../../../src/wire/codes.ts';
import { type AskOptions, buildQuery } from '../../tools/dns-client.ts';
import { readReply } from '../../tools/dns-reply.ts';
import { Asker, modelZone, serve } from '../../tools/model-zone.ts';
import { optionHex, readOptions } from '../../tools/reply-options.ts';

const steered = (name: string, status: string) => {
  return { name, pools: { p: { values: [`192.0.2.1 1 ${status}`] } }, rules: [{ pool: 'p' }] };
};
const { tables } = serve([
  modelZone(
    'example.',
    ['www 300 A 192.0.2.80', ...Array.from({ length: 4 }, (_, i) => `big 300 TXT "${'x'.repeat(200 + i)}"`)],
    [steered('gslb', 'up'), { ...steered('gone', 'down'), allDown: 'servfail' }],
  ),
]);

const NOW = 1_559_731_985;
const SERVER_ID = 'ns1.example.net';
const CLIENT_COOKIE = '2464c4abcf10c957';
const GOOD_COOKIE = '2464c4abcf10c957010000005cf79f111f8130c3eee29480';
const { COOKIE, NSID, TCP_KEEPALIVE, PADDING, EXTENDED_ERROR, CLIENT_SUBNET } = EdnsOption;
const empty = (code: number) => ({ code, data: new Uint8Array() });

type Setup = { readonly transport?: number; readonly held?: boolean; readonly serverId?: string | null };

/** The answer's octets to a client at 198.51.100.100, with the secret of RFC 9018's examples. */
function ask(name: string, type = 'A', options: AskOptions = {}, setup: Setup = {}): Uint8Array {
  return send(buildQuery(name, type, options), setup);
}

function send(query: Uint8Array, { transport = Transport.UDP, held = false, serverId = SERVER_ID }: Setup = {}) {
  const live = createLivePolicy();
  setCookieSecrets(live, [Buffer.from('e5e973e5a6b2a43f48e7dc849e37bfcf', 'hex')]);
  setHeld(live, held);
  const asker = new Asker(tables);
  asker.tx.policy = {
    serverId: serverId === null ? null : new TextEncoder().encode(serverId),
    version: null,
    explainFrom: [],
    live,
    rateLimit: null,
  };
  asker.tx.nowSeconds = NOW;
  return asker.ask(query, '198.51.100.100', transport) ?? expect.fail('silence');
}

describe('cookies in answers', () => {
  it('are given to who has none, and sent back to who has one (RFC 7873 5.2.3, 5.2.5)', () => {
    expect(optionHex(ask('www.example.', 'A', { cookie: CLIENT_COOKIE }), COOKIE)).toBe(GOOD_COOKIE);
    expect(optionHex(ask('www.example.', 'A', { cookie: GOOD_COOKIE }), COOKIE)).toBe(GOOD_COOKIE);
    expect(optionHex(ask('www.example.', 'A', { edns: 1232 }), COOKIE)).toBeNull();
  });

  it('take the place of bad ones, and the question is answered (RFC 7873 5.2.4)', () => {
    const forged = GOOD_COOKIE.replace('80', '81');
    const answer = ask('www.example.', 'A', { cookie: forged });
    expect(optionHex(answer, COOKIE)).toBe(GOOD_COOKIE);
    expect(readReply(answer)).toMatchObject({ rcode: Rcode.NOERROR, answers: [{}] });
  });

  it('are in errors too: a client that knows us discards answers without (RFC 7873 5.3)', () => {
    for (const [name, type, rcode] of [
      ['www.example.net.', 'A', Rcode.REFUSED],
      ['none.example.', 'A', Rcode.NXDOMAIN],
      ['example.', 'AXFR', Rcode.REFUSED],
    ] as const) {
      const answer = ask(name, type, { cookie: CLIENT_COOKIE });
      expect([readReply(answer).rcode, optionHex(answer, COOKIE)]).toEqual([rcode, GOOD_COOKIE]);
    }
  });

  it('of a length that cannot be are malformed (RFC 7873 5.2.2); of two the first counts (5.2)', () => {
    for (const length of [0, 7, 9, 15, 41]) {
      const answer = ask('www.example.', 'A', { cookie: '00'.repeat(length) });
      expect([readReply(answer).rcode, optionHex(answer, COOKIE)], `${length} octets`).toEqual([Rcode.FORMERR, null]);
    }
    const two = [
      { code: COOKIE, data: Buffer.from(CLIENT_COOKIE, 'hex') },
      { code: COOKIE, data: new Uint8Array(3) },
    ];
    expect(optionHex(ask('www.example.', 'A', { options: two }), COOKIE)).toBe(GOOD_COOKIE);
  });

  it('can be asked for without a question: BADCOOKIE for a bad one, NOERROR else (RFC 7873 5.4)', () => {
    const alone = (cookie: string) => {
      const query = buildQuery('.', 'A', { cookie });
      return send(Uint8Array.from([...query.with(5, 0).subarray(0, 12), ...query.subarray(17)]));
    };
    const rcodeOf = (answer: Uint8Array) => readReply(answer).rcode;
    expect([alone(CLIENT_COOKIE), alone(GOOD_COOKIE)].map(rcodeOf)).toEqual([Rcode.NOERROR, Rcode.NOERROR]);
    const bad = alone(GOOD_COOKIE.replace('80', '81'));
    expect([rcodeOf(bad), optionHex(bad, COOKIE)]).toEqual([Rcode.BADCOOKIE, GOOD_COOKIE]);
    expect(readReply(bad)).toMatchObject({ questions: [], answers: [], authority: [] });
    const plain = buildQuery('.', 'A', { edns: 1232 });
    expect(rcodeOf(send(Uint8Array.from([...plain.with(5, 0).subarray(0, 12), ...plain.subarray(17)])))).toBe(
      Rcode.FORMERR,
    );
  });

  it('truncate rather than overflow', () => {
    const whole = ask('big.example.', 'TXT', { edns: 1232 });
    expect(readReply(whole).tc).toBe(false);
    for (const extra of [27, 28]) {
      const answer = ask('big.example.', 'TXT', { edns: whole.length + extra, cookie: CLIENT_COOKIE });
      expect(readReply(answer)).toMatchObject({ tc: extra < 28, optCount: 1 });
      expect(optionHex(answer, COOKIE)).toBe(GOOD_COOKIE);
      expect(answer.length).toBeLessThanOrEqual(whole.length + extra);
    }
  });
});

describe('the name server identifier (RFC 5001)', () => {
  it('is told to who asks, and only by servers that tell', () => {
    const hex = Buffer.from(SERVER_ID).toString('hex');
    expect(optionHex(ask('www.example.', 'A', { options: [empty(NSID)] }), NSID)).toBe(hex);
    expect(optionHex(ask('www.example.', 'A', { edns: 1232 }), NSID)).toBeNull();
    expect(optionHex(ask('www.example.', 'A', { options: [empty(NSID)] }, { serverId: null }), NSID)).toBeNull();
  });

  it('is told once, however often and with whatever content it is asked for', () => {
    const options = [empty(NSID), { code: NSID, data: Uint8Array.of(1) }, empty(NSID)];
    const told = readOptions(ask('www.example.', 'A', { options }))?.filter(({ code }) => code === NSID);
    expect(told).toHaveLength(1);
  });

  it('never truncates an answer', () => {
    const whole = ask('big.example.', 'TXT', { edns: 1232 });
    const answer = ask('big.example.', 'TXT', { edns: whole.length, options: [empty(NSID)] });
    expect([answer.length, optionHex(answer, NSID)]).toEqual([whole.length, null]);
  });
});

describe('keepalive (RFC 7828)', () => {
  it('tells over TCP and TLS in tenths of a second how long a connection may be idle, if asked', () => {
    const options = [empty(TCP_KEEPALIVE)];
    const told = Object.values(Transport).map((transport) =>
      optionHex(ask('www.example.', 'A', { options }, { transport }), TCP_KEEPALIVE),
    );
    // Neither over UDP (3.2.1) nor over HTTP, which has its own.
    expect(told).toEqual([null, '0064', '0064', null]);
    expect(optionHex(ask('www.example.', 'A', { edns: 1232 }, { transport: Transport.TCP }), TCP_KEEPALIVE)).toBeNull();
  });
});

describe('padding (RFC 7830, 8467)', () => {
  it('fills up to blocks of 468 octets where nobody sees in, if asked', () => {
    const options = [empty(PADDING)];
    const lengths = Object.values(Transport).map(
      (transport) => ask('www.example.', 'A', { options }, { transport }).length,
    );
    expect(lengths.slice(2)).toEqual([468, 468]);
    expect(lengths[0]).toBeLessThan(100);
    expect(lengths[1]).toBe(lengths[0]);
    expect(ask('big.example.', 'TXT', { options }, { transport: Transport.TLS }).length).toBe(2 * 468);
    expect(ask('www.example.', 'A', { edns: 1232 }, { transport: Transport.TLS }).length).toBeLessThan(100);
  });

  it('is the last option and holds zeros', () => {
    const options = [empty(PADDING), empty(NSID)];
    const sent = readOptions(
      ask('www.example.', 'A', { options, cookie: CLIENT_COOKIE }, { transport: Transport.TLS }),
    );
    expect(sent?.map(({ code }) => code)).toEqual([COOKIE, NSID, PADDING]);
    expect(sent?.at(-1)?.data.every((octet) => octet === 0)).toBe(true);
  });
});

describe('extended errors (RFC 8914)', () => {
  const told = (answer: Uint8Array) => optionHex(answer, EXTENDED_ERROR);
  const code = (extendedError: number) => extendedError.toString(16).padStart(4, '0');

  it('say why an answer is refused', () => {
    const tcp = { transport: Transport.TCP };
    const edns = { edns: 1232 };
    expect(told(ask('www.example.net.', 'A', edns, tcp))).toBe(code(ExtendedError.NOT_AUTHORITATIVE));
    expect(told(ask('example.', 'AXFR', edns, tcp))).toBe(code(ExtendedError.PROHIBITED));
    expect(told(ask('version.bind.', 'TXT', { ...edns, class: 3 }, tcp))).toBe(code(ExtendedError.PROHIBITED));
    expect(told(ask('www.example.', 'A', { ...edns, class: 4 }, tcp))).toBe(code(ExtendedError.NOT_SUPPORTED));
    expect(told(ask('www.example.', 'A', edns, tcp))).toBeNull();
    expect(told(ask('www.example.net.', 'A', {}, tcp))).toBeNull();
  });

  it('say that verdicts are held, on steered answers alone', () => {
    const held = { held: true };
    expect(told(ask('gslb.example.', 'A', { edns: 1232 }, held))).toBe(code(ExtendedError.STALE_ANSWER));
    expect(told(ask('www.example.', 'A', { edns: 1232 }, held))).toBeNull();
    expect(told(ask('gslb.example.', 'A', { edns: 1232 }))).toBeNull();
  });

  it('say that a SERVFAIL means the endpoints, not the server', () => {
    const text = Buffer.from('every endpoint is down').toString('hex');
    expect(told(ask('gone.example.', 'A', { edns: 1232 }, { transport: Transport.TCP }))).toBe(`0000${text}`);
  });

  it('never make an error longer than its query over UDP, except to clients with a good cookie', () => {
    const options = [empty(NSID)];
    for (const [name, type] of [
      ['www.example.net.', 'A'],
      ['example.', 'AXFR'],
      ['gone.example.', 'A'],
    ] as const) {
      const query = buildQuery(name, type, { options });
      const answer = send(query);
      expect(answer.length).toBeLessThanOrEqual(query.length);
      expect([optionHex(answer, NSID), told(answer)]).toEqual([null, null]);
      const proven = ask(name, type, { options, cookie: GOOD_COOKIE });
      expect([optionHex(proven, NSID), told(proven)]).not.toContain(null);
    }
    // What the query itself has room for is told: the error takes the place of its padding.
    const roomy = buildQuery('www.example.net.', 'A', { options: [{ code: PADDING, data: new Uint8Array(40) }] });
    const answer = send(roomy);
    expect(told(answer)).toBe(code(ExtendedError.NOT_AUTHORITATIVE));
    expect(answer.length).toBeLessThanOrEqual(roomy.length);
  });
});

describe('all options together', () => {
  it('come back in one OPT, each once, subnet and cookie first', () => {
    const options = [empty(PADDING), empty(NSID), empty(TCP_KEEPALIVE), empty(65001)];
    const both = { options, cookie: CLIENT_COOKIE, ecs: '192.0.2.0/24' };
    const sent = readOptions(ask('gslb.example.', 'A', both, { transport: Transport.TLS, held: true }));
    expect(sent?.map(({ code }) => code)).toEqual([
      CLIENT_SUBNET,
      COOKIE,
      TCP_KEEPALIVE,
      EXTENDED_ERROR,
      NSID,
      PADDING,
    ]);
  });
});
