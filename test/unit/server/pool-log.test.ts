import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { logPool } from '../../../src/server/pool-log.ts';

describe('logPool', () => {
  it('tells of each event what happened to whom, as loudly as it deserves', () => {
    const lines: Record<string, unknown>[] = [];
    const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) });
    const who = { role: 'udp', index: 1 };
    logPool(log, { event: 'worker-died', ...who, reason: 'exit code 1' });
    logPool(log, { event: 'worker-stalled', ...who });
    logPool(log, { event: 'worker-defect', ...who, error: 'Error: a bug', queryHex: 'beef' });
    logPool(log, { event: 'worker-replaced', ...who, restarts: 3 });
    expect(lines.map((line) => line.level)).toEqual([50, 50, 50, 30]);
    expect(lines[2]).toMatchObject({ queryHex: 'beef', error: 'Error: a bug' });
    for (const line of lines) expect(line.msg).toContain('udp worker 1');
  });
});
