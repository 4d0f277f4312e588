/**
 * Runs one target for some time: case after case from a seed, each timed, with the heap measured between the first third and the
 * end. What it finds is made as small as it gets.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { RandomStream } from '../../src/base/random.ts';
import { type Finding, type FuzzSession, type FuzzTarget, judge, seedOfCase } from './fuzz-target.ts';

/** How long a target is run, and from where. */
export type FuzzOptions = {
  readonly seed: number;
  readonly milliseconds: number;
  /** Just this case. */
  readonly onlyCase?: number;
  /** Findings after which the target is left alone. */
  readonly findingsMax?: number;
  /** Milliseconds of the processor that a case may take. */
  readonly slowMs?: number;
  /** Told of each case before it runs. */
  readonly onCase?: (target: string, seed: number, caseNumber: number) => void;
};

export type FuzzReport = {
  readonly target: string;
  readonly executions: number;
  readonly perSecond: number;
  readonly slowestMs: number;
  readonly heapGrowthMb: number;
  readonly findings: readonly (Finding & { readonly caseNumber: number })[];
};

/** A case of these kilobytes takes milliseconds; one that takes this much of the processor, twice, does unbounded work. */
const SLOW_MS = 2_000;
/** Nothing comes back: the case hangs. */
const HANG_MS = 30_000;
/** More than the collector's own leeway. */
const GROWTH_MB_MAX = 48;
const MINIMISE_TRIES_MAX = 3_000;
const MINIMISE_MS_MAX = 20_000;

/** Opens, runs and closes `target`. */
export async function fuzz(target: FuzzTarget, options: FuzzOptions): Promise<FuzzReport> {
  const session = await target.open();
  try {
    return await run(target, session, options);
  } finally {
    await session.close?.();
  }
}

async function run(target: FuzzTarget, session: FuzzSession, options: FuzzOptions): Promise<FuzzReport> {
  const { seed, milliseconds, onlyCase, findingsMax = 3, slowMs = SLOW_MS } = options;
  const findings: (Finding & { caseNumber: number })[] = [];
  const startMs = performance.now();
  let slowestMs = 0;
  let executions = 0;
  let warmMb = -1;
  for (let caseNumber = onlyCase ?? 0; findings.length < findingsMax; caseNumber++) {
    const spentMs = performance.now() - startMs;
    if (spentMs > milliseconds) break;
    if (warmMb < 0 && spentMs > milliseconds / 3) warmMb = heapMb();
    options.onCase?.(target.name, seed, caseNumber);
    const input = session.generate(new RandomStream(seedOfCase(seed, target.name, caseNumber)));
    const beganMs = performance.now();
    const fault = await timed(session, input, slowMs);
    slowestMs = Math.max(slowestMs, performance.now() - beganMs);
    executions++;
    if (fault !== null) {
      const known = findings.some((finding) => kindOf(finding.fault) === kindOf(fault));
      if (!known)
        findings.push({ target: target.name, caseNumber, ...(await minimise(session, input, fault, slowMs)) });
    }
    if (onlyCase !== undefined) break;
  }
  const heapGrowthMb = warmMb < 0 ? 0 : heapMb() - warmMb;
  if (heapGrowthMb > GROWTH_MB_MAX) {
    const fault = `the heap grew by ${heapGrowthMb.toFixed(0)} MB`;
    findings.push({ target: target.name, caseNumber: -1, fault, input: new Uint8Array() });
  }
  const perSecond = executions / ((performance.now() - startMs) / 1000);
  return { target: target.name, executions, perSecond, slowestMs, heapGrowthMb, findings };
}

/** The word on `input`, or that it was slow twice, or never came back. */
async function timed(session: FuzzSession, input: Uint8Array, slowMs: number): Promise<string | null> {
  for (let tries = 0; tries < 2; tries++) {
    const before = process.threadCpuUsage();
    const fault = await withinTime(judge(session, input));
    const { user, system } = process.threadCpuUsage(before);
    if (fault !== null) return fault;
    if ((user + system) / 1000 < slowMs) return null;
  }
  return `slow: more than ${slowMs} ms of the processor`;
}

function withinTime(word: Promise<string | null>): Promise<string | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(`hangs: no end within ${HANG_MS} ms`), HANG_MS);
    void word.then((fault) => {
      clearTimeout(timer);
      resolve(fault);
    });
  });
}

/** Findings of one kind are one finding: the first words, without figures. */
function kindOf(fault: string): string {
  return fault.replace(/\d+/g, '0').slice(0, 60);
}

/** Drops ever smaller pieces, then plain octets for odd ones, as long as the same promise is broken. */
async function minimise(
  session: FuzzSession,
  found: Uint8Array,
  fault: string,
  slowMs: number,
): Promise<{ input: Uint8Array; fault: string }> {
  let input = found;
  let word = fault;
  let tries = 0;
  const endMs = performance.now() + MINIMISE_MS_MAX;
  const isSpent = () => tries >= MINIMISE_TRIES_MAX || performance.now() > endMs;
  const keep = async (smaller: Uint8Array) => {
    tries++;
    const said = await timed(session, smaller, slowMs);
    if (said === null || kindOf(said) !== kindOf(fault)) return false;
    input = smaller;
    word = said;
    return true;
  };
  for (let size = input.length >> 1; size >= 1 && !isSpent(); size >>= 1) {
    for (let at = 0; at < input.length && !isSpent(); ) {
      const without = Uint8Array.from([...input.subarray(0, at), ...input.subarray(at + size)]);
      if (!(await keep(without))) at += size;
    }
  }
  // What takes seconds a try is cut, and not tidied.
  const isQuick = !/^(slow|hangs)/.test(fault);
  for (let at = 0; isQuick && at < input.length && !isSpent(); at++) {
    if (input[at] !== 0 && input[at] !== 0x61) await keep(input.with(at, 0x61));
  }
  return { input, fault: word };
}

let collect: (() => void) | null = null;

/** Live heap, after a collection. */
function heapMb(): number {
  if (collect === null) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}
