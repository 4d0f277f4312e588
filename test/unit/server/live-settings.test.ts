import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/base/fault.ts';
import { LiveSettings, type SettingsNews } from '../../../src/server/live-settings.ts';
import type { RateLimitOptions } from '../../../src/server/serve-options.ts';

const OFF: RateLimitOptions = { mode: 'off', perSecond: 200, slip: 2, exempt: [] };
const ON: RateLimitOptions = { ...OFF, mode: 'on' };
const FAULT: Fault = {
  ...{ file: 'm.yaml', line: 2, column: 1, severity: 'error', code: 'config-syntax' },
  ...{ record: null, type: null, message: 'broken' },
};

function open(read: (() => SettingsNews) | null) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  return { settings: new LiveSettings(OFF, read, log), events: () => lines.map(({ event }) => event) };
}

describe('settings of a running node', () => {
  it('renews the rate limit when the configuration says another, once', () => {
    const { settings, events } = open(() => ({ rateLimit: ON, waiting: [] }));
    expect(settings.look()).toEqual({ renewed: true, faults: [] });
    expect(settings.rateLimit).toEqual(ON);
    expect(settings.look()).toEqual({ renewed: false, faults: [] });
    expect(events()).toEqual(['settings-renewed']);
  });

  it('keeps what is in force when the configuration has faults, and tells them', () => {
    const news: SettingsNews[] = [{ rateLimit: ON, waiting: [] }, { faults: [FAULT] }];
    const { settings, events } = open(() => news.shift()!);
    settings.look();
    expect(settings.look()).toEqual({ renewed: false, faults: [FAULT] });
    expect(settings.rateLimit).toEqual(ON);
    expect(events()).toEqual(['settings-renewed', 'settings-refused']);
  });

  it('tells once what waits for a restart', () => {
    const { settings, events } = open(() => ({ rateLimit: OFF, waiting: ['listen'] }));
    settings.look();
    settings.look();
    expect(events()).toEqual(['settings-waiting']);
  });

  it('changes nothing without a configuration', () => {
    const { settings, events } = open(null);
    expect(settings.look()).toEqual({ renewed: false, faults: [] });
    expect(events()).toEqual([]);
  });
});
