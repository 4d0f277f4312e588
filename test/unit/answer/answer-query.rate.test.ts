import { describe, expect, it } from 'vitest';
import { PLAIN_POLICY } from '../../../src/answer/answer-policy.ts';
import { Counter } from '../../../src/answer/counters.ts';
import { createLivePolicy, setCookieSecrets } from '../../../src/answer/live-policy.ts';
import { RateLimit } from '../../../src/answer/rate-limit.ts';
import { Transport } from '../../../src/answer/transaction.ts';
import { EdnsOption, Rcode } from '../../../src/wire/codes.ts';
import { type AskOptions, buildQuery } from '../../tools/dns-client.ts';
import { readReply } from '../../tools/dns-reply.ts';
import { Asker, modelZone, serve } from '../../tools/model-zone.ts';
import { optionHex } from '../../tools/reply-options.ts';

const { tables } = serve([
  modelZone('example.', [
    'www 300 A 192.0.2.80',
    'ftp 300 A 192.0.2.81',
    '*.wild 300 A 192.0.2.82',
    'sub 300 NS ns.example.net.',
    'big 300 TXT "x"',
    ...Array.from({ length: 5 }, (_, i) => `big 300 TXT "${'y'.repeat(200 + i)}"`),
  ]),
]);
const PER_SECOND = 5;
const CLIENT_COOKIE = '2464c4abcf10c957';
const GOOD_COOKIE = '2464c4abcf10c957010000005cf79f111f8130c3eee29480';

function limited(isEnforced = true): Asker {
  const asker = new Asker(tables);
  const live = createLivePolicy();
  setCookieSecrets(live, [Buffer.from('e5e973e5a6b2a43f48e7dc849e37bfcf', 'hex')]);
  const rateLimit = new RateLimit({ isEnforced, perSecond: PER_SECOND, slip: 2, exempt: [], keys: [3, 4] }, 1024);
  asker.tx.policy = { ...PLAIN_POLICY, live, rateLimit };
  asker.tx.nowSeconds = 1_559_731_985;
  return asker;
}

const CLIENT = '198.51.100.100';

/** Answers to `count` questions, made by `nameOf`. */
function flood(asker: Asker, count: number, nameOf: (i: number) => string, type = 'A', options: AskOptions = {}) {
  return Array.from({ length: count }, (_, i) => asker.ask(buildQuery(nameOf(i), type, options), CLIENT));
}

describe('response rate limiting', () => {
  it('answers up to the limit, then every second time with TC and nothing else, small and without AA', () => {
    const asker = limited();
    const query = buildQuery('www.example.', 'A');
    const answers = flood(asker, PER_SECOND + 4, () => 'www.example.');
    expect(answers.slice(0, PER_SECOND).map((answer) => readReply(answer!).answers.length)).toEqual([1, 1, 1, 1, 1]);
    const over = answers.slice(PER_SECOND);
    expect(over.map((answer) => answer?.length ?? 0)).toEqual([query.length, 0, query.length, 0]);
    expect(readReply(over[0]!)).toMatchObject({ rcode: Rcode.NOERROR, tc: true, aa: false, answers: [] });
    const { counters } = asker;
    expect([counters[Counter.RATE_OVER], counters[Counter.RATE_DROPPED], counters[Counter.RATE_SLIPPED]]).toEqual([
      4, 2, 2,
    ]);
    expect(counters[Counter.RCODE]).toBe(PER_SECOND + 2);
  });

  it('sees one name in all names of a wildcard, below a delegation, and that do not exist', () => {
    const whole = (nameOf: (i: number) => string) =>
      flood(limited(), 40, nameOf).filter((answer) => answer !== null && !readReply(answer).tc).length;
    expect(whole((i) => `x${i}.wild.example.`)).toBe(PER_SECOND);
    expect(whole((i) => `x${i}.sub.example.`)).toBe(PER_SECOND);
    expect(whole((i) => `x${i}.example.`)).toBe(PER_SECOND);
    expect(whole((i) => (i & 1 ? 'www.example.' : 'ftp.example.'))).toBe(2 * PER_SECOND);
  });

  it('limits refusals by network alone, and lets every second slip as it is', () => {
    const answers = flood(limited(), PER_SECOND + 2, (i) => `x${i}.example.net.`);
    expect(answers.map((answer) => (answer === null ? null : readReply(answer).rcode))).toEqual([
      ...Array<number>(PER_SECOND + 1).fill(Rcode.REFUSED),
      null,
    ]);
  });

  it('asks clients with a cookie of their own for ours (RFC 7873 5.2.3), and never limits those that have it', () => {
    const asker = limited();
    const over = flood(asker, PER_SECOND + 1, () => 'www.example.', 'A', { cookie: CLIENT_COOKIE }).at(-1)!;
    expect(readReply(over!)).toMatchObject({ rcode: Rcode.BADCOOKIE, tc: false, answers: [] });
    expect(optionHex(over!, EdnsOption.COOKIE)).toBe(GOOD_COOKIE);
    const good = flood(asker, 50, () => 'www.example.', 'A', { cookie: GOOD_COOKIE });
    expect(good.every((answer) => answer !== null && readReply(answer).answers.length === 1)).toBe(true);
    const { counters } = asker;
    expect([counters[Counter.COOKIES], counters[Counter.COOKIES_GOOD]]).toEqual([PER_SECOND + 51, 50]);
  });

  it('never limits what comes over a connection', () => {
    const asker = limited();
    flood(asker, 20, () => 'www.example.');
    for (let i = 0; i < 20; i++) {
      const answer = asker.ask(buildQuery('www.example.', 'A'), CLIENT, Transport.TCP);
      expect(readReply(answer!).answers).toHaveLength(1);
    }
  });

  it('keeps the client subnet in short answers: a resolver would take its absence for a server without (RFC 7871 7.2.2)', () => {
    const over = flood(limited(), PER_SECOND + 1, () => 'www.example.', 'A', { ecs: '192.0.2.0/24' }).at(-1)!;
    expect(readReply(over!)).toMatchObject({ tc: true, subnet: { family: 1, source: 24 } });
  });

  it('sends everything while it is tried, and counts', () => {
    const asker = limited(false);
    const answers = flood(asker, 20, () => 'www.example.');
    expect(answers.every((answer) => readReply(answer!).answers.length === 1)).toBe(true);
    expect([asker.counters[Counter.RATE_OVER], asker.counters[Counter.RATE_DROPPED]]).toEqual([20 - PER_SECOND, 0]);
  });

  it('sends less than one and a half times what comes in, at any rate above the limit', () => {
    const figures: string[] = [];
    for (const [label, nameOf, type, options] of [
      ['address', () => 'www.example.', 'A', {}],
      ['1,232 octets of text', () => 'big.example.', 'TXT', { edns: 1232 }],
      ['names that do not exist', (i: number) => `x${i}.example.`, 'A', {}],
      ['referrals', (i: number) => `x${i}.sub.example.`, 'A', {}],
      ['new cookies', () => 'www.example.', 'A', { cookie: CLIENT_COOKIE }],
      ['refusals', (i: number) => `x${i}.example.net.`, 'A', {}],
    ] as const) {
      for (const times of [2, 5, 50]) {
        const asker = limited();
        let [received, sent] = [0, 0];
        const queries = 10 * times * PER_SECOND;
        for (let i = 0; i < queries; i++) {
          asker.tx.nowMs = Math.floor((i * 1000) / (times * PER_SECOND));
          const query = buildQuery(nameOf(i), type, options);
          received += query.length;
          sent += asker.ask(query, CLIENT)?.length ?? 0;
        }
        figures.push(`${label} at ${times} times the limit: ${(sent / received).toFixed(2)}`);
        expect(sent / received, figures.at(-1)).toBeLessThan(1.5);
      }
    }
    console.log(`octets out for each octet in, over 10 s:\n  ${figures.join('\n  ')}`);
  });
});
