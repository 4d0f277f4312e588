import { describe, expect, it } from 'vitest';
import {
  ClientSampler,
  createClientSamples,
  QUERIES_PER_SAMPLE,
  SampleReader,
} from '../../../src/answer/client-samples.ts';
import { formatIpAddress } from '../../../src/base/ip-address.ts';
import type { SteeringRequest } from '../../../src/decision/steering-request.ts';
import { buildQuery } from '../../tools/dns-client.ts';
import { Asker, modelZone, serve } from '../../tools/model-zone.ts';

const SUBNET = { family: 6, sourceLength: 48, words: Uint32Array.of(0x20010db8, 7, 0, 0) };
const request = { sourceFamily: 4, sourceWords: Uint32Array.of(0xc0000201, 0, 0, 0), subnet: SUBNET };
const REQUEST = request as unknown as SteeringRequest;

function takeAll(reader: SampleReader): Map<string, number> {
  const taken = new Map<string, number>();
  reader.take((family, words, queries) => {
    const text = formatIpAddress({ family, words });
    taken.set(text, (taken.get(text) ?? 0) + queries);
  });
  return taken;
}

describe('samples of clients', () => {
  it('stand for as many queries as were asked, each by the address that decided', () => {
    const samples = createClientSamples();
    const reader = new SampleReader(samples);
    const sampler = new ClientSampler(samples, 5);
    for (let i = 0; i < 200_000; i++) sampler.count(REQUEST, i % 4 === 0);
    const taken = takeAll(reader);
    expect([...taken.keys()].sort()).toEqual(['192.0.2.1', '2001:db8:0:7::'].sort());
    // 3,125 samples: four standard deviations are 3 % of a quarter less.
    expect(Math.abs(taken.get('192.0.2.1')! - 150_000)).toBeLessThan(6_000);
    expect(Math.abs(taken.get('2001:db8:0:7::')! - 50_000)).toBeLessThan(6_000);
    expect(takeAll(reader).size).toBe(0);
  });

  it('come by chance, so that what asks by a clock is met as often as all else', () => {
    const samples = createClientSamples();
    const reader = new SampleReader(samples);
    const sampler = new ClientSampler(samples, 6);
    for (let i = 0; i < 64 * 6_400; i++) sampler.count(REQUEST, i % QUERIES_PER_SAMPLE === 0);
    const subnet = takeAll(reader).get('2001:db8:0:7::')!;
    expect(subnet).toBeGreaterThan(4_000);
    expect(subnet).toBeLessThan(9_000);
  });

  it('count what was overwritten unread, in proportion', () => {
    const samples = createClientSamples();
    const reader = new SampleReader(samples);
    const sampler = new ClientSampler(samples, 7);
    const queries = 64 * 20_000;
    for (let i = 0; i < queries; i++) sampler.count(REQUEST, false);
    expect(Math.abs(takeAll(reader).get('192.0.2.1')! / queries - 1)).toBeLessThan(0.03);
    sampler.count(REQUEST, false);
    const seen: number[] = [];
    for (let i = 0; i < 127; i++) sampler.count(REQUEST, true);
    reader.take((family) => seen.push(family));
    expect(seen.length).toBeGreaterThan(0);
    expect(new Set(seen)).toEqual(new Set([6]));
  });

  it('go on where the count wraps, and where a successor writes', () => {
    const samples = createClientSamples();
    samples[0] = 0xffff_fffe;
    const reader = new SampleReader(samples);
    const asked = (seed: number) => {
      const sampler = new ClientSampler(samples, seed);
      for (let i = 0; i < 640; i++) sampler.count(REQUEST, false);
      return takeAll(reader).get('192.0.2.1')!;
    };
    for (const seed of [1, 2]) {
      expect(asked(seed)).toBeGreaterThan(200);
      expect(samples[0]).toBeLessThan(100);
    }
  });

  it('are of steered names alone, once an answer, and change none', () => {
    const pool = { pools: { p: { values: ['192.0.2.1', '192.0.2.2'] } }, rules: [{ pool: 'p' }] };
    const alias = { name: 'alias', type: 'CNAME' as const, values: [], pools: { q: { values: ['www.example.'] } } };
    const zone = modelZone(
      'example.',
      ['fixed 60 A 192.0.2.77'],
      [
        { name: 'www', ...pool },
        { ...alias, rules: [{ pool: 'q' }] },
      ],
    );
    const answers = (withSampler: boolean) => {
      const asker = new Asker(serve([zone]).tables, 5);
      const samples = createClientSamples();
      if (withSampler) asker.tx.sampler = new ClientSampler(samples, 1);
      const bytes: string[] = [];
      const ask = (name: string, count: number) => {
        for (let i = 0; i < count; i++)
          bytes.push(Buffer.from(asker.ask(buildQuery(name, 'A', { id: 1 }))!).toString('hex'));
      };
      ask('fixed.example.', 500);
      expect(samples[0]).toBe(0);
      ask('alias.example.', 64 * 100);
      if (withSampler) expect(Math.abs(samples[0]! - 100)).toBeLessThan(30);
      return bytes;
    };
    expect(answers(true)).toEqual(answers(false));
  });
});
