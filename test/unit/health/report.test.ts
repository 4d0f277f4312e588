import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AGENT_REPORTS_MAX, CHECK_REASON_CHARS_MAX, SNAPSHOT_BYTES_MAX } from '../../../src/base/limits.ts';
import { newObservation, observe } from '../../../src/health/observation.ts';
import {
  type AgentSnapshot,
  encodeAgentChanges,
  encodeAgentSnapshot,
  isHealthName,
  parseAgentChanges,
  parseAgentSnapshot,
  reportOf,
} from '../../../src/health/report.ts';

const LOAD = {
  current: null,
  target: null,
  max: null,
  utilisation: 0.25,
  requestsPerSecond: null,
  errorsPerSecond: null,
  validSeconds: 60,
};
const header = { agent: 'a1', region: 'eu-west', boot: 'k3f9', seq: 17, intervalMs: 5000 };
const row = ['https://203.0.113.10:443/', 'down', 'HTTP 503', 12.5, 0.25, null, 3, 1500, 2];
const text = (fields: object = {}) => JSON.stringify({ v: 1, kind: 'snapshot', ...header, reports: [row], ...fields });

describe('a report', () => {
  it('tells the state of an observation and how long it has stood', () => {
    const result = { ok: false, reason: 'refused', connectMs: 4, serverMs: null };
    const { observation } = observe(newObservation(0), result, { rise: 2, fall: 2 }, 1000);
    expect(reportOf('x', observation, 3500)).toEqual({
      id: 'x',
      state: 'down',
      reason: 'refused',
      connectMs: 4,
      connectDevMs: 2,
      serverMs: null,
      seq: 1,
      heldMs: 2500,
      failing: 1,
    });
  });
});

describe('the text of a snapshot', () => {
  const full: AgentSnapshot = {
    ...header,
    reports: [
      {
        id: 'a',
        state: 'up',
        reason: '',
        connectMs: 1.5,
        connectDevMs: 0,
        serverMs: 2,
        seq: 9,
        heldMs: 10,
        failing: 3,
      },
      {
        id: '__proto__',
        state: 'unknown',
        reason: 'ü"\n',
        connectMs: null,
        connectDevMs: null,
        serverMs: null,
        seq: 0,
        heldMs: 0,
        failing: 0,
      },
    ],
  };

  it('carries the load that the endpoint reports, and refuses what cannot be one', () => {
    const load = { ...LOAD, current: 12, target: 20, ageMs: 340 };
    const [first] = full.reports;
    const loaded = { ...header, reports: [{ ...first!, load }] };
    expect(parseAgentSnapshot(encodeAgentSnapshot(loaded))).toEqual(loaded);
    for (const bad of [[1], 'load', [12, 0, null, null, null, null, 60, 1], [-1, 20, null, null, null, null, 60, 1]])
      expect(parseAgentSnapshot(text({ reports: [[...row, bad]] }))).toEqual({ fault: 'report 0: bad load' });
    expect(parseAgentSnapshot(text({ reports: [[...row, null]] }))).toMatchObject({ agent: 'a1' });
  });

  it('reads back as it was written', () => {
    expect(parseAgentSnapshot(encodeAgentSnapshot(full))).toEqual(full);
    expect(parseAgentChanges(encodeAgentChanges(full))).toEqual(full);
    expect(parseAgentChanges(encodeAgentChanges({ ...header, reports: [] }))).toEqual({ ...header, reports: [] });
  });

  it('takes some 100 octets a check', () => {
    const id = 'https://203.0.113.10:443/healthz?host=www.example.com&rise=2';
    const report = {
      id,
      state: 'up',
      reason: 'HTTP 200',
      connectMs: 12.3456,
      connectDevMs: 1.2345,
      serverMs: 20.1,
      seq: 1000,
      heldMs: 1e6,
      failing: 0,
    } as const;
    const reports = Array.from({ length: 100 }, () => report);
    expect(encodeAgentSnapshot({ ...header, reports }).length / 100).toBeLessThan(130);
  });

  it('cuts reasons that are too long instead of losing the whole', () => {
    const long = { ...full, reports: [{ ...full.reports[0]!, reason: 'x'.repeat(5000) }] };
    const read = parseAgentSnapshot(encodeAgentSnapshot(long)) as AgentSnapshot;
    expect(read.reports[0]?.reason).toHaveLength(CHECK_REASON_CHARS_MAX);
  });

  it('passes over what a newer agent adds', () => {
    const read = parseAgentSnapshot(text({ load: { current: 1 }, reports: [[...row, null, 'loss', 0.1]] }));
    expect(read).toEqual(parseAgentSnapshot(text()));
    expect(read).not.toHaveProperty('fault');
  });

  it('of an older agent is one without doubts', () => {
    const old = (state: string) =>
      parseAgentSnapshot(text({ reports: [row.slice(0, 8).with(1, state)] })) as AgentSnapshot;
    expect(old('up').reports[0]?.failing).toBe(0);
    expect(old('down').reports[0]?.failing).toBe(2);
  });

  it('tells how late the agent is, where it does, in whole milliseconds', () => {
    const read = (lagMs?: number) =>
      parseAgentSnapshot(encodeAgentSnapshot({ ...full, ...(lagMs === undefined ? {} : { lagMs }) }));
    expect(read(12.4)).toMatchObject({ lagMs: 12 });
    expect(read()).not.toHaveProperty('lagMs');
  });

  it('is not taken for changes, nor the other way', () => {
    expect(parseAgentChanges(text())).toEqual({ fault: '"kind" is not "changes"' });
    expect(parseAgentSnapshot(encodeAgentChanges(full))).toEqual({ fault: '"kind" is not "snapshot"' });
  });
});

describe('a bad text is refused whole and named:', () => {
  const bad = (at: number, value: unknown) => text({ reports: [row, row.with(0, 'other').with(at, value as string)] });
  const cases: [string, string, RegExp][] = [
    ['nothing', '', /not JSON/],
    ['cut off', text().slice(0, -3), /not JSON/],
    ['a list', '[]', /not an object/],
    ['null', 'null', /not an object/],
    ['another version', text({ v: 2 }), /"v" is not 1/],
    ['a lag before its time', text({ lagMs: -1 }), /"lagMs" is not a span/],
    ['a lag in words', text({ lagMs: '9' }), /"lagMs" is not a span/],
    ['no agent', text({ agent: undefined }), /"agent"/],
    ['an agent with braces', text({ agent: 'a{1}' }), /"agent"/],
    ['an agent of 65 characters', text({ agent: 'x'.repeat(65) }), /"agent"/],
    ['a region that is a number', text({ region: 1 }), /"region"/],
    ['a boot with a line end', text({ boot: 'a\n' }), /"boot"/],
    ['seq 0', text({ seq: 0 }), /"seq"/],
    ['seq 1.5', text({ seq: 1.5 }), /"seq"/],
    ['seq beyond 2^53', text({ seq: 2 ** 53 }), /"seq"/],
    ['an interval of 0', text({ intervalMs: 0 }), /AGENT_INTERVAL_MS_MAX/],
    ['an interval of a day', text({ intervalMs: 86_400_000 }), /AGENT_INTERVAL_MS_MAX/],
    ['an infinite interval', text().replace('5000', '1e999'), /AGENT_INTERVAL_MS_MAX/],
    ['reports that are an object', text({ reports: { length: 3 } }), /not a list/],
    ['a report that is an object', text({ reports: [{}] }), /report 0: not a list of 8/],
    ['a short report', text({ reports: [row.slice(0, 7)] }), /report 0: not a list of 8/],
    ['an endless report', text({ reports: [Array.from({ length: 33 }, () => 1)] }), /report 0: not a list of 8/],
    ['an empty id', bad(0, ''), /report 1: bad check id/],
    ['an id of a megabyte', bad(0, 'x'.repeat(1e6)), /report 1: bad check id/],
    ['a state of its own', bad(1, 'DOWN'), /report 1: bad state/],
    ['a state that is a prototype key', bad(1, 'constructor'), /report 1: bad state/],
    ['a long reason', bad(2, 'x'.repeat(201)), /report 1: bad reason/],
    ['a negative time', bad(3, -1), /report 1: bad time/],
    ['a time in text', bad(4, '1'), /report 1: bad time/],
    ['an infinite time', text().replace('12.5', '1e999'), /report 0: bad time/],
    ['a seq below 0', bad(6, -1), /report 1: bad seq/],
    ['a span of centuries', bad(7, 1e15), /report 1: bad heldMs/],
    ['failures below 0', bad(8, -1), /report 1: bad failing/],
    ['more failures than are counted', bad(8, 256), /report 1: bad failing/],
    ['failures in text', bad(8, '1'), /report 1: bad failing/],
    ['a check named twice', text({ reports: [row, row] }), /report 1: its check is named twice/],
    ['nested a million deep', '['.repeat(1e6), /not JSON/],
  ];
  it.each(cases)('%s', (_, hostile, fault) => {
    const read = parseAgentSnapshot(hostile);
    expect('fault' in read ? read.fault : 'taken').toMatch(fault);
  });

  it('too many reports, too many characters', () => {
    const many = text({ reports: Array.from({ length: AGENT_REPORTS_MAX + 1 }, () => 0) });
    expect(parseAgentSnapshot(many)).toEqual({ fault: `more reports than AGENT_REPORTS_MAX (${AGENT_REPORTS_MAX})` });
    expect(parseAgentSnapshot(' '.repeat(SNAPSHOT_BYTES_MAX + 1))).toHaveProperty('fault');
  });

  it('never throws and pollutes no prototype, whatever comes', () => {
    const mutated = fc
      .tuple(fc.constantFrom(...Object.keys(JSON.parse(text()))), fc.jsonValue({ maxDepth: 4 }))
      .map(([key, value]) => text({ [key]: value }));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), mutated), (hostile) => {
        parseAgentSnapshot(hostile);
        parseAgentChanges(hostile);
      }),
      { numRuns: 2000 },
    );
    parseAgentSnapshot('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('a health name', () => {
  it('is short and plain', () => {
    expect(['a', 'eu-west', 'A.b_c-9'].every(isHealthName)).toBe(true);
    expect(['', 'a b', 'a{b', 'ü', 'a\n', 'x'.repeat(65)].some(isHealthName)).toBe(false);
  });
});
