import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { BuiltZone, LocationNews, ZoneNews } from '../../../src/server/builder-messages.ts';
import { HeldZone } from '../../../src/server/held-zone.ts';
import { logGeo, logLook, logZone } from '../../../src/server/reload-log.ts';
import { fileFault } from '../../../src/server/zone-files.ts';

function heldWith(news: ZoneNews): HeldZone {
  const held = new HeldZone('a.test.');
  held.takeFaults(news);
  return held;
}

function recorder() {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  return { log, lines, events: () => lines.map((line) => line.event) };
}
const fault = { ...fileFault('a.test.yaml', 'bad-value', 'no address'), line: 3, column: 5, record: 'www', type: 'A' };
const refused: ZoneNews = { zone: 'a.test.', hash: 'x', built: null, faults: [fault], errors: 1, warnings: 0 };

describe('logZone', () => {
  it('tells each fault with its place, then what is served', () => {
    const { log, lines, events } = recorder();
    logZone(log, heldWith(refused), refused, false);
    expect(events()).toEqual(['zone-fault', 'zone-refused']);
    expect(lines[0]).toMatchObject({ file: 'a.test.yaml', line: 3, column: 5, record: 'www', zone: 'a.test.' });
    expect(lines[0]!.msg).toContain('a.test.yaml:3:5: error');
    expect(lines[1]).toMatchObject({ state: 'refused', errors: 1 });
  });

  it('tells a fault that no file has, as when the server is full', () => {
    const { log, lines } = recorder();
    const held = heldWith({ ...refused, faults: [], errors: 0 });
    held.addFault(fileFault('a.test.', 'server-full', 'no endpoint slots left'));
    logZone(log, held, { ...refused, faults: [], errors: 0 }, false);
    expect(lines[0]).toMatchObject({ event: 'zone-fault', code: 'server-full' });
    expect(lines[1]).toMatchObject({ event: 'zone-refused', errors: 1 });
  });

  it('does not fill the log with the faults of one zone', () => {
    const { log, lines } = recorder();
    const news = { ...refused, faults: Array(50).fill(fault), errors: 5_000 };
    logZone(log, heldWith(news), news, false);
    expect(lines).toHaveLength(21);
  });

  it('tells what changed in a zone, and little at a start', () => {
    const { log, lines } = recorder();
    const built = { serial: 7, names: 1, records: 1, dynamics: 0, changes: null } as unknown as BuiltZone;
    const news: ZoneNews = { ...refused, built, faults: [], errors: 0 };
    logZone(log, new HeldZone('a.test.'), news, true);
    const changes = {
      added: [],
      removed: [],
      changed: ['x'],
      weights: ['x: 1 -> 2'],
      counts: { added: 0, removed: 0, changed: 1, weights: 1 },
      steered: [],
      isWhole: true,
    };
    logZone(log, new HeldZone('a.test.'), { ...news, built: { ...built, changes } }, true);
    expect(lines.map((line) => line.level)).toEqual([20, 30]);
    expect(lines[1]).toMatchObject({
      serial: 7,
      weights: ['x: 1 -> 2'],
      msg: 'zone changed: 0 added, 0 removed, 1 changed, 1 weights',
    });
  });
});

describe('logGeo', () => {
  it('tells source and note of a new table, and faults alone when it stays', () => {
    const news: LocationNews = {
      image: new SharedArrayBuffer(4),
      regions: [],
      source: 'geoip-lite',
      note: 'old data',
      cached: false,
      faults: [],
      classTables: [],
      isMapped: false,
    };
    const { log, events } = recorder();
    logGeo(log, news, null);
    logGeo(log, { ...news, faults: [fault] }, news);
    expect(events()).toEqual(['geo-loaded', 'geo-note', 'geo-fault']);
  });
});

describe('logLook', () => {
  it('is silent about a look that found nothing, unless it was asked for', () => {
    const { log, lines } = recorder();
    const report = { ok: true, changed: [], added: [], removed: [], refused: [], faults: [], milliseconds: 1 };
    logLook(log, report, false);
    expect(lines).toHaveLength(0);
    logLook(log, report, true);
    logLook(log, { ...report, changed: ['a.test.'] }, false);
    expect(lines[1]).toMatchObject({ event: 'reload', changed: 1, removed: 0 });
  });
});
