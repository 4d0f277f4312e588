import { describe, expect, it } from 'vitest';
import type { ZoneNews } from '../../../src/server/builder-messages.ts';
import { HeldZone } from '../../../src/server/held-zone.ts';
import { fileFault } from '../../../src/server/zone-files.ts';
import { builtZone } from '../../tools/built-zone.ts';

const built = builtZone();
const bad: ZoneNews = {
  zone: 'a.test.',
  hash: 'x',
  built: null,
  faults: [fileFault('a.test.yaml', 'some-fault', 'wrong')],
  errors: 1,
  warnings: 0,
};
const good: ZoneNews = { ...bad, built, faults: [], errors: 0 };

describe('HeldZone', () => {
  it('is refused, serving, last-good and serving again, as its file is', () => {
    const held = new HeldZone('a.test.');
    held.takeFaults(bad);
    expect(held.status()).toMatchObject({ state: 'refused', serial: 0, errors: 1 });
    held.takeFaults(good);
    held.accept('h', built, [], new Int32Array(0), 5);
    expect(held.status()).toMatchObject({ state: 'serving', serial: 7, loadedAtMs: 5, errors: 0 });
    held.takeFaults(bad);
    expect(held.status()).toMatchObject({ state: 'last-good', serial: 7, errors: 1 });
    held.takeFaults(good);
    expect(held.status().state).toBe('serving');
  });

  it('says that its file is gone, whatever else was wrong', () => {
    const held = new HeldZone('a.test.');
    held.accept('h', built, [], new Int32Array(0), 5);
    held.isGone = true;
    expect(held.status()).toMatchObject({ state: 'last-good', errors: 1, faults: [{ code: 'zone-file-gone' }] });
  });

  it('adds a fault of the server to those of the file', () => {
    const held = new HeldZone('a.test.');
    held.addFault(fileFault('a.test.', 'server-full', 'no room'));
    expect(held.currentFaults().map((fault) => fault.code)).toEqual(['server-full']);
  });
});
