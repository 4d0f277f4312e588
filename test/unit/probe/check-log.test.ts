import { expect, it } from 'vitest';
import { logChange, logIcmpTrouble, logRefusedLoad } from '../../../src/probe/check-log.ts';
import { newCheckRecord } from '../../../src/probe/check-record.ts';
import { pingTrouble } from '../../../src/probe/ping-socket.ts';
import { checkSpec } from '../../tools/check-spec.ts';

function newLog() {
  const lines: string[] = [];
  const level = (name: string) => (entry: { event: string; reason?: string }) =>
    lines.push([name, entry.event, entry.reason].filter(Boolean).join(' '));
  return { lines, log: { debug: level('debug'), info: level('info'), warn: level('warn') } as never };
}

it('an endpoint that is up from the start is no news, one that comes back or goes is', () => {
  const { lines, log } = newLog();
  const first = newCheckRecord(checkSpec(), 0);
  const up = { ...first, state: 'up' as const, results: 1 };
  const down = { ...up, state: 'down' as const, observation: { ...up.observation, reason: 'status 503' } };
  logChange(log, first, up);
  logChange(log, up, down);
  logChange(log, down, up);
  logChange(log, up, { ...up, state: 'unknown', abstainReason: 'no DNS' });
  logRefusedLoad(log, up.spec, 'not JSON');
  expect(lines).toEqual([
    'debug check-state',
    'warn check-state status 503',
    'info check-state',
    'warn check-state no DNS',
    'warn load-refused not JSON',
  ]);
});

it('ICMP checks that the host forbids are told of once for all, others never', () => {
  const { lines, log } = newLog();
  expect(logIcmpTrouble(log, [checkSpec()])).toBe(false);
  expect(lines).toEqual([]);
  expect(logIcmpTrouble(log, [checkSpec(), checkSpec({ protocol: 'ICMP' })])).toBe(true);
  const trouble = pingTrouble();
  expect(lines).toEqual(trouble === null ? [] : [`warn icmp-forbidden ${trouble}`]);
});
