import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type NodeLine, renderStatus, type StatusView, verdictColor } from '../../../src/cli/status-view.ts';

const node: NodeLine = {
  node: 'ns1-1',
  mode: 'NORMAL',
  modeReason: null,
  uptimeSeconds: 90,
  state: 'redis',
  listen: ['127.0.0.1:5300'],
  zones: 2,
  up: 3,
  down: 1,
  unknown: 0,
};
const view: StatusView = {
  source: 'http://127.0.0.1:9153',
  nodes: [node],
  agents: [
    { agent: 'a1', region: 'eu-west', fresh: false, ageSeconds: 40, checks: 4, lagMs: 37, boot: 'k3f9aabbccdd' },
  ],
  zones: [
    {
      zone: 'a.example.',
      state: 'last-good',
      serial: 7,
      names: 1,
      records: 2,
      dynamics: 0,
      loadedAtMs: 0,
      faults: [
        {
          file: 'zones/a.example.yaml',
          line: 3,
          column: 5,
          severity: 'error',
          code: 'x',
          record: 'www',
          type: 'A',
          message: 'bad',
        },
      ],
      errors: 1,
      warnings: 0,
    },
  ],
  endpoints: [
    { subject: 'up one', verdict: 'up', votes: [], reason: null },
    { subject: 'down one', verdict: 'down', votes: [{ region: 'eu-west', vote: 'down' }], reason: 'connect refused' },
  ],
  answers: null,
  shifts: [],
  held: [],
  geo: null,
  warnings: ['state directory is not writable'],
};

const render = (changed: Partial<StatusView> = {}) => stripVTControlCharacters(renderStatus({ ...view, ...changed }));

describe('the status on a terminal', () => {
  it('says HOLD in words before anything else', () => {
    expect(render()).not.toContain('HOLD');
    const held = render({ nodes: [{ ...node, mode: 'HOLD', modeReason: 'store-lost' }] });
    expect(held.split('\n')[1]).toBe('HOLD: ns1-1 keeps its last verdicts (store-lost)');
  });

  it('puts what is down first, with its votes and reason', () => {
    const text = render();
    expect(text.indexOf('down one')).toBeLessThan(text.indexOf('up one'));
    expect(text).toMatch(/down one +down +eu-west:down +connect refused/);
  });

  it('names the place of every fault, stale agents and warnings', () => {
    expect(render()).toContain('zones/a.example.yaml:3:5: error: www A: bad [x]');
    expect(render()).toMatch(/a1 +eu-west +stale, 40 s ago +4 +37 ms +k3f9aabb\s/);
    expect(render()).toContain('warning: state directory is not writable');
  });

  it('shows shifts, who is kept out and where answers go, where there is something to show', () => {
    for (const word of ['shifts', 'kept out', 'answers of this node', 'last resort'])
      expect(render()).not.toContain(word);
    const shift = { id: 'ab', scope: 'region', target: 'eu', factor: 0, isResume: false, by: 'ann', reason: 'disk' };
    const pool = { zone: 'a.', name: 'w.a.', type: 'A', pool: 'eu', region: null, configuredShare: null };
    const text = render({
      shifts: [{ ...shift, leftSeconds: 90 }],
      held: [
        {
          key: 'k',
          name: 'w.a.',
          type: 'A',
          pool: 'eu',
          value: 'v',
          cause: 'flapping',
          sinceSeconds: null,
          penalty: 0,
          untilSeconds: null,
        },
      ],
      answers: {
        windowSeconds: 300,
        pools: [{ ...pool, answers: 3, answeredShare: 1, endpoints: [] }],
        lastResort: 2,
      },
    });
    for (const part of ['ab', 'w.a. A eu v', 'answers of this node in the last 5 min', 'last resort: 2 records'])
      expect(text).toContain(part);
  });

  it('cuts long tables and says so', () => {
    const endpoints = Array.from({ length: 1_000 }, (_, i) => ({
      subject: `e${i}`,
      verdict: 'up',
      votes: [],
      reason: null,
    }));
    expect(render({ endpoints })).toContain('… and 800 more; --json lists all');
  });
});

it('durations are short', () => {
  const uptimes = [3, 700, 20_000, 900_000].map((uptimeSeconds) => render({ nodes: [{ ...node, uptimeSeconds }] }));
  for (const [i, text] of ['3 s', '12 min', '6 h', '10 d'].entries()) expect(uptimes[i]).toContain(` ${text} `);
});

it('unknown is neither good nor bad', () => expect(verdictColor('unknown')).toBe('yellow'));
