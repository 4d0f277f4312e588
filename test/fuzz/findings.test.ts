/** Every finding that was ever kept, played again; and that a broken promise is found, made small and told. */

import { describe, expect, it } from 'vitest';
import { readFindings } from './finding-files.ts';
import { fuzz } from './fuzz-run.ts';
import { type FuzzSession, judge } from './fuzz-target.ts';
import { noise } from './mutate-octets.ts';
import { TARGETS } from './target-list.ts';

describe('what the fuzzer once found', () => {
  const sessions = new Map<string, FuzzSession>();
  it.each([...readFindings()])('%s stays mended', async (_, { target, fault, input }) => {
    const found = TARGETS.find(({ name }) => name === target);
    if (found === undefined) throw new Error(`no target ${target}`);
    const session = sessions.get(target) ?? (await found.open());
    sessions.set(target, session);
    expect(await judge(session, input), `once: ${fault}`).toBeNull();
  });
});

describe('the fuzzer', () => {
  const find = (check: FuzzSession['check'], milliseconds = 2_000) =>
    fuzz(
      { name: 'broken', open: () => ({ generate: (random) => noise(random, 40), check }) },
      { seed: 1, milliseconds, findingsMax: 1, slowMs: 50 },
    );

  it('finds what throws and cuts it down to the octet that does it', async () => {
    const report = await find((input) => {
      if (input.includes(7)) throw new Error('seven');
      return null;
    });
    expect(report.findings[0]).toMatchObject({ target: 'broken', input: Uint8Array.of(7) });
    expect(report.findings[0]!.fault).toMatch(/^threw Error: seven/);
  });

  it('finds the same case again by its number', async () => {
    const check = (input: Uint8Array) => (input[0] === 9 ? 'nine' : null);
    const { findings } = await find(check);
    const target = { name: 'broken', open: () => ({ generate: noiseOf40, check }) };
    const again = await fuzz(target, { seed: 1, milliseconds: 1_000, onlyCase: findings[0]!.caseNumber });
    expect(again.executions).toBe(1);
    expect(again.findings.map(({ fault }) => fault)).toEqual(['nine']);
  });

  it('finds work without bound', async () => {
    const report = await find((input) => {
      // Of the processor, not of the clock: a busy machine makes nobody slow.
      const before = process.threadCpuUsage();
      while (input.length >= 40 && process.threadCpuUsage(before).user < 60_000);
      return null;
    });
    expect(report.findings[0]!.fault).toMatch(/^slow/);
  });
});

const noiseOf40: FuzzSession['generate'] = (random) => noise(random, 40);
