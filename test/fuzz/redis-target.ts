/**
 * Texts that come out of Redis, the state directory and endpoints: snapshots and changes of agents, shifts, what nodes say of
 * themselves, a node's kept state, load reports, loads that were pushed. Input: which of them, then the text. What is read must read the same again when
 * written.
 */

import { AgentLedger } from '../../src/health/agent-ledger.ts';
import { encodeLoadPushes, type LoadPush, parseLoadPushes } from '../../src/health/load-push.ts';
import { parseLoadHeader, parseLoadJson } from '../../src/health/load-report.ts';
import { encodeNodeStatus, parseNodeStatus } from '../../src/health/node-status.ts';
import { encodeOverride, parseOverride } from '../../src/health/override.ts';
import {
  encodeAgentChanges,
  encodeAgentSnapshot,
  parseAgentChanges,
  parseAgentSnapshot,
} from '../../src/health/report.ts';
import { decodeFeedState, encodeFeedState } from '../../src/redis/feed-state.ts';
import { joinBytes } from '../tools/packet-case.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { type Json, mutateJson } from './mutate-json.ts';
import { mutateText, textOf } from './mutate-text.ts';

type Form = {
  readonly sample: Json | string;
  readonly parse: (text: string) => object;
  /** Null where nobody writes such texts. */
  readonly encode: ((record: never) => string) | null;
};

const AGENT = { v: 1, agent: 'a1', region: 'eu-west', boot: 'k3f9', seq: 17, intervalMs: 5_000 };
const REPORTS: Json = [
  ['tcp://192.0.2.1:80', 'up', '', 1.5, 0.2, 3, 4, 60_000, 0],
  ['https://www.example./', 'down', 'refused', null, null, null, 9, 1_000, 3, [412, 800, 1_200, 0.5, 10, 0, 60, 0]],
  ['icmp://192.0.2.2', 'unknown', 'no route', null, null, null, 1, 0, 0],
];
const SHIFT = {
  ...{ v: 1, id: '3f9c', scope: 'region', target: 'eu-west', factor: 0, isResume: false, reason: 'drill', by: 'ann' },
  ...{ createdMs: 1_700_000_000_000, expiresMs: 1_700_000_600_000 },
};
const NODE = {
  ...{
    v: 1,
    node: 'dns1',
    boot: 'b1',
    seq: 3,
    version: '0.1.0',
    mode: 'HOLD',
    modeReason: 'store-lost',
    modeHeldMs: 1234.5,
  },
  ...{ uptimeMs: 99_999, listen: ['127.0.0.1:5300'], zones: 2, checksUp: 10, checksDown: 1, checksUnknown: 0 },
  ...{ downChecks: ['tcp://192.0.2.1:80'], unknownChecks: [], regionsFresh: 2, regionsKnown: 3 },
};
const STATE = {
  ...{ v: 1, savedMs: 1_700_000_000_000, epoch: 4, agents: [AGENT], up: ['a'], down: ['b'], flaps: [] },
  ...{ waiting: [], shifts: { version: 3, held: [{ override: SHIFT, heldMs: 5 }] } },
};
const LOAD = {
  current: 412,
  target: 800,
  max: 1_200,
  valid_s: 60,
  cpu_utilization: 0.3,
  named_metrics: { connections: 4 },
};
const HEADER = 'TEXT application_utilization=0.7, named_metrics.connections=412, rps_fractional=1e2, eps=.5';

const PUSHES = {
  v: 1,
  kind: 'loads',
  loads: [
    ['192.0.2.1', null, [412, 800, 1_200, 0.5, 10, 0, 60, 0]],
    ['edge.example.net.', 'www.example.com.', [null, null, null, 0.7, 120, 1.5, 30, 250, 'newer'], 'newer'],
  ],
};

/** By the first octet of an input. */
const FORMS: readonly Form[] = [
  { sample: { ...AGENT, kind: 'snapshot', reports: REPORTS }, parse: parseAgentSnapshot, encode: encodeAgentSnapshot },
  { sample: { ...AGENT, kind: 'changes', reports: REPORTS }, parse: parseAgentChanges, encode: encodeAgentChanges },
  { sample: SHIFT, parse: parseOverride, encode: encodeOverride },
  { sample: NODE, parse: parseNodeStatus, encode: encodeNodeStatus },
  { sample: STATE, parse: decodeFeedState, encode: encodeFeedState },
  { sample: LOAD, parse: parseLoadJson, encode: null },
  { sample: HEADER, parse: parseLoadHeader, encode: null },
  {
    sample: PUSHES,
    parse: parseLoadPushes,
    encode: ({ loads }: { readonly loads: LoadPush[] }) => encodeLoadPushes(loads),
  },
];
const WORDS = [
  'TEXT ',
  'JSON ',
  'BIN ',
  '=',
  ',',
  '.',
  '1e999',
  '-1',
  'NaN',
  'Infinity',
  '__proto__=1',
  '__proto__.x=1',
  'eps',
];
const FAULT_CHARS_MAX = 1_000;

/** Readers of what others wrote. */
export const REDIS_TARGET: FuzzTarget = {
  name: 'redis',
  open: () => ({
    generate: (random) => {
      const kind = random.nextBelow(FORMS.length);
      const { sample } = FORMS[kind]!;
      const text = typeof sample === 'string' ? mutateText(random, sample, 4, WORDS) : mutateJson(random, sample, 4);
      return joinBytes(Uint8Array.of(kind), text);
    },
    check: (input) => {
      const { parse, encode } = FORMS[(input[0] ?? 0) % FORMS.length]!;
      const record = parse(textOf(input.subarray(1)));
      if ('fault' in record) return judgeFault(String(record.fault));
      if ('reports' in record) heard(record as never);
      if (encode === null) return null;
      const once = encode(record as never);
      const again = parse(once);
      if ('fault' in again) return `what was read cannot be read when written: ${String(again.fault)}`;
      return encode(again as never) === once ? null : 'reads otherwise when written and read again';
    },
  }),
};

function judgeFault(fault: string): string | null {
  return fault !== '' && fault.length < FAULT_CHARS_MAX ? null : `a fault of ${fault.length} characters`;
}

/** What was accepted is kept and aged like any agent's word; assertions of ours must hold. */
function heard(record: Parameters<AgentLedger['applySnapshot']>[0]): void {
  const ledger = new AgentLedger();
  ledger.applySnapshot(record, 1_000);
  ledger.applyChanges({ ...record, seq: record.seq + 2 }, 2_000);
  ledger.age(1e9);
}
