import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleBrowser, findAccessFaults, giveToken, startConsoleBrowser } from '../tools/console-browser.ts';
import { CONSOLE_ZONE, type ConsoleWorld, startConsoleWorld } from '../tools/console-world.ts';
import { ask } from '../tools/dns-client.ts';
import { leftovers, markDescendants } from '../tools/leftovers.ts';
import { runMeridian } from '../tools/meridian-process.ts';
import { findTool } from '../tools/tool-finder.ts';

const VIEWS = ['world', 'endpoints', 'explain', 'what-if', 'shifts', 'zones', 'cluster', 'events'];
const DESK = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };
/** What the browser has loaded when the map is drawn, as it came over the wire. */
const FIRST_LOAD_BYTES_MAX = 150_000;
/** A check a second, or a plan by a thread that gives way to all else, and a busy machine's share. */
const SHOWN_WITHIN_MS = 25_000;
/** The shortest that a shift lasts. */
const SHIFT_MS = 60_000;
const WWW = `www.${CONSOLE_ZONE}`;

const hasBrowser = findTool('chromium') !== null;
describe.skipIf(!hasBrowser)(`the page of a node${hasBrowser ? '' : ' (skipped: no chromium)'}`, () => {
  let world: ConsoleWorld;
  let browser: ConsoleBrowser;
  let shiftMadeMs = 0;
  beforeAll(async () => {
    markDescendants();
    world = await startConsoleWorld();
    browser = await startConsoleBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await world?.stop();
    expect(await leftovers()).toEqual([]);
  });

  const open = (view: string, options = {}) => browser.open(`${world.node.adminUrl}/#/${view}`, options);
  const by = (page: Page, country: string) => page.getAttribute(`path[data-country="${country}"]`, 'data-by');
  const cli = async (...args: string[]) => {
    const { stdout, stderr } = await runMeridian([...args, '--json']);
    expect(stdout, stderr).not.toBe('');
    return JSON.parse(stdout) as object;
  };
  const shiftAnswer = async () =>
    (await ask(world.node, `shift.${CONSOLE_ZONE}`, 'A')).answers.map(({ data }) => data).join();
  const shownJson = async (page: Page, id: string) => {
    await page.waitForSelector(`#${id}`, { state: 'attached' });
    return JSON.parse((await page.textContent(`#${id}`))!) as object;
  };

  it('changes answers by a shift that is made on it', async () => {
    expect(await shiftAnswer()).toBe('127.0.84.11');
    const page = await open('shifts');
    const form = page.getByRole('form', { name: 'Add a shift' });
    await form.locator('select').first().selectOption('endpoint');
    await form.locator('input[list]').fill('127.0.84.11');
    await form.locator('select').last().selectOption('60');
    await form.getByLabel('Reason').fill('a test');
    await form.getByRole('button', { name: 'Make the shift' }).click();
    await giveToken(page, world.node.adminToken);
    await page.waitForSelector('[data-shift] .countdown');
    shiftMadeMs = performance.now();
    await expect.poll(() => page.textContent('[data-shift]')).toContain('endpoint 127.0.84.11 drained');
    await expect.poll(shiftAnswer, { timeout: SHOWN_WITHIN_MS }).toBe('127.0.84.12');
    await page.close();
  });

  it('draws the map, and is ready before anybody wonders', async () => {
    const page = await open('world');
    await page.waitForSelector('path[data-by="eu-west"]');
    const readyMs = await page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd");
    expect(Number(readyMs)).toBeLessThan(5_000);
    console.log(`figure: the page is interactive after ${Math.round(Number(readyMs))} ms`);
    await page.waitForSelector('path[data-country="AU"][data-by="ap-southeast"]');
    expect([await by(page, 'US'), await by(page, 'DE'), await by(page, 'JP')]).toEqual([
      'us-east',
      'eu-west',
      'ap-southeast',
    ]);
    expect(await page.locator('.regions .region').count()).toBe(3);
    await page.close();
  });

  it('weighs little at the first load', async () => {
    const page = await open('world');
    await page.waitForSelector('path[data-by="eu-west"]');
    await page.waitForSelector('.rate canvas');
    const bytes = Number(
      await page.evaluate(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].filter(({ name }) => !name.includes('/api/')).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)",
      ),
    );
    console.log(`figure: the page, its map and its chart are ${(bytes / 1000).toFixed(1)} kB over the wire`);
    expect(bytes).toBeGreaterThan(30_000);
    expect(bytes).toBeLessThan(FIRST_LOAD_BYTES_MAX);
    await page.close();
  });

  it('shows an endpoint that stops, recolours the map, and takes it back', async () => {
    const page = await open(`world?record=${encodeURIComponent(`${WWW}. A`)}`);
    await page.waitForSelector('path[data-country="DE"][data-by="eu-west"]');
    await world.endpoints['eu-west']!.refuse();
    const stoppedMs = performance.now();
    await page.waitForSelector('.attention .state-down', { timeout: SHOWN_WITHIN_MS });
    const shownMs = performance.now() - stoppedMs;
    await page.waitForSelector('path[data-country="DE"][data-by="us-east"]', { timeout: SHOWN_WITHIN_MS });
    console.log(
      `figure: a stopped endpoint shows after ${shownMs.toFixed(0)} ms, on the map after ${(performance.now() - stoppedMs).toFixed(0)} ms (checked each second)`,
    );
    await expect.poll(() => page.textContent('[data-region="eu-west"]')).toContain('1 of 2');
    await world.endpoints['eu-west']!.accept();
    await page.waitForSelector('path[data-country="DE"][data-by="eu-west"]', { timeout: SHOWN_WITHIN_MS });
    await page.close();
  });

  it('explains what "meridian explain" explains, for a country that is chosen or clicked on the map', async () => {
    const page = await open(`explain?name=${WWW}.&type=A`);
    await page.locator('.field-row select').selectOption('DE');
    await page.waitForURL(/client=5\./);
    // The field follows the address bar a moment later.
    await expect.poll(() => page.getByLabel('Client address').inputValue(), { timeout: 10_000 }).toMatch(/^5\./);
    const client = await page.getByLabel('Client address').inputValue();
    const shown = await shownJson(page, 'explain-json');
    const told = await cli('explain', WWW, 'A', '--client', client, ...adminOf(world));
    expect(decisionOf(shown)).toEqual(decisionOf(told));
    await expect.poll(() => page.textContent('.verdict')).toContain('127.0.84.2');
    await page.locator('path[data-country="AU"]').click();
    await page.waitForURL(/client=5\.3[2-5]\./);
    await expect.poll(() => page.textContent('.verdict'), { timeout: SHOWN_WITHIN_MS }).toContain('127.0.84.3');
    const clicked = decisionOf(await shownJson(page, 'explain-json'));
    const address = await page.getByLabel('Client address').inputValue();
    expect(clicked).toEqual(decisionOf(await cli('explain', WWW, 'A', '--client', address, ...adminOf(world))));
    await page.close();
  });

  it('thinks through what "meridian whatif" does, and applies nothing', async () => {
    const page = await open('what-if');
    await page.locator('.card-tools select').selectOption(`${WWW}. A`);
    await page.getByLabel('eu-west', { exact: true }).check();
    await page.waitForSelector('path.is-marked[data-country="DE"][data-by="us-east"]');
    await expect
      .poll(async () => ((await shownJson(page, 'what-if-json')) as { change: { down: string[] } }).change.down)
      .toEqual(['eu-west']);
    const shown = await shownJson(page, 'what-if-json');
    const folders = ['--zones', world.node.zonesFolder, '--geo-data', world.node.geoFolder];
    const told = await cli('whatif', '--down', 'eu-west', ...folders);
    // The shift that is in force is known to the node and not to the files.
    const compared = (report: object) => {
      const { change, records, over } = report as { change: object; records: { name: string }[]; over: object };
      return { change, over, records: records.filter(({ name }) => !name.startsWith('shift.')) };
    };
    expect(compared(shown)).toEqual(compared(told));
    expect(await page.textContent('.outcome [role="alert"]')).toContain('blue');
    expect(await page.textContent('.what-if-view')).toContain('Nothing has been applied');
    await page.close();
  });

  it('moves loads as a weight is dragged, and makes it a shift only when told to', async () => {
    const page = await open('what-if');
    await page.locator('.card-tools select').selectOption(`split.${CONSOLE_ZONE}. A`);
    const slider = page.locator('.slider', { hasText: 'blue' }).locator('input');
    await slider.waitFor();
    const loadOf = (pool: string) => page.textContent(`[data-pool="${pool}"] .load`);
    await page.waitForSelector('[data-pool="blue"] .load');
    const before = await loadOf('blue');
    await slider.fill('20');
    await expect.poll(() => loadOf('blue'), { timeout: SHOWN_WITHIN_MS }).not.toBe(before);
    // 20 and 40 of 60: a third, where it was 60 of 100.
    await expect.poll(() => page.textContent('[data-pool="blue"]')).toContain('33 %');
    await expect.poll(() => page.locator('path.is-marked').count()).toBeGreaterThan(0);
    const countShifts = async () => ((await cli('status', ...adminOf(world))) as { shifts: object[] }).shifts.length;
    const old = await countShifts();
    const form = page.getByRole('form', { name: 'Add a shift' });
    await form.getByLabel('Reason').fill('a dragged weight');
    expect(await countShifts()).toBe(old);
    await form.locator('select').selectOption('60');
    await form.getByRole('button', { name: 'Make the shift' }).click();
    await giveToken(page, world.node.adminToken);
    await form.getByText('Made: pool').waitFor();
    await expect.poll(countShifts, { timeout: SHOWN_WITHIN_MS }).toBe(old + 1);
    await page.evaluate("location.hash = '#/shifts'");
    await page.getByRole('button', { name: 'Remove the shift of blue' }).click();
    await expect.poll(countShifts, { timeout: SHOWN_WITHIN_MS }).toBe(old);
    await page.close();
  });

  it('shows the nodes and agents of the cluster, and when each was heard', { timeout: 90_000 }, async () => {
    const page = await open('cluster');
    await expect.poll(() => page.textContent('[data-node]')).toContain('this one');
    // A node that has just started still tells that it holds.
    const shown = { timeout: 2 * SHOWN_WITHIN_MS };
    await expect.poll(() => page.textContent('[data-node]'), shown).toContain('NORMAL');
    await expect.poll(() => page.textContent('[data-agent="local"]'), shown).toMatch(/local.*heard.*s ago/);
    await page.close();
  });

  it('shows what was answered beside what is configured', async () => {
    const split = `split.${CONSOLE_ZONE}`;
    for (let i = 0; i < 40; i++) await ask(world.node, split, 'A');
    const page = await open('endpoints');
    const row = page.locator(`[data-pool="${split}. A blue"]`);
    await row.waitFor();
    await expect.poll(() => row.locator('td.number').last().textContent()).toBe('60 %');
    await expect.poll(() => row.locator('td.number').first().textContent(), { timeout: 15_000 }).not.toBe('0');
    await page.close();
  });

  it('shows faults at their line', async () => {
    const page = await open('zones');
    await page.waitForSelector('.faults .place');
    expect(await page.textContent('.faults .place')).toMatch(/broken\.example\.yaml:3:\d+/);
    await page.close();
  });

  it.each([
    ['light', 'light', DESK],
    ['dark', 'dark', DESK],
    ['light on a phone', 'light', PHONE],
  ] as const)('has no serious fault of access in %s, and fits', async (_, colorScheme, viewport) => {
    const page = await open('world', { colorScheme, viewport });
    for (const view of VIEWS) {
      await page.evaluate(`location.hash = '#/${view}'`);
      await page.waitForSelector(`nav [aria-current][href="#/${view}"]`);
      await page.waitForSelector('.card, .empty');
      await page.waitForLoadState('networkidle', { timeout: 500 }).catch(() => {});
      expect(await findAccessFaults(page), view).toEqual([]);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect(width, view).toBeLessThanOrEqual(viewport.width);
    }
    await page.close();
  });

  it('is used by keyboard alone', async () => {
    const page = await open('world');
    await page.waitForSelector('path[data-by]');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.getByRole('button', { name: 'Table' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Explain Germany' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('.verdict');
    await page.close();
  });

  it('lets shifts end by themselves', async () => {
    await sleep(Math.max(0, shiftMadeMs + SHIFT_MS - performance.now()));
    await expect.poll(shiftAnswer, { timeout: SHOWN_WITHIN_MS }).toBe('127.0.84.11');
    const page = await open('shifts');
    await page.getByText('No shift is in force').waitFor();
    await page.close();
  });

  it('asks nobody but the node, and complains of nothing', () => {
    expect(browser.strays).toEqual([]);
    expect(browser.complaints).toEqual([]);
  });

  it('says that it is stale when the node is gone', async () => {
    const page = await open('world');
    await page.waitForSelector('.link-live');
    await world.node.stop('SIGKILL');
    await page.waitForSelector('.banner-bad', { timeout: SHOWN_WITHIN_MS });
    expect(await page.textContent('.banner-bad')).toContain('Not live');
    expect(await page.textContent('.link-stale')).toContain('stale');
  });
});

function adminOf({ node }: ConsoleWorld): string[] {
  return ['--admin', node.adminUrl.replace('http://', '')];
}

/** What was decided, without what chance and time make different each time. */
function decisionOf(explanation: object): object {
  const { name, type, client, clientLocation, path, trace } = explanation as {
    readonly [key: string]: unknown;
    readonly trace: { readonly steps: readonly Record<string, unknown>[] };
  };
  const steps = trace.steps.map(({ draws: _, ...step }) => step);
  return { name, type, client, clientLocation, path, steps };
}
