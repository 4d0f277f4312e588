import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleBrowser, startConsoleBrowser } from '../tools/console-browser.ts';
import { buildConsole, type ConsoleWorld, CROWD, startCrowdedWorld } from '../tools/console-world.ts';
import { leftovers, markDescendants } from '../tools/leftovers.ts';
import { startServe } from '../tools/meridian-process.ts';
import { hasRedisServer, startRedis } from '../tools/redis-server.ts';
import { findTool } from '../tools/tool-finder.ts';

/** A check every two seconds, and a busy machine's share. */
const SHOWN_WITHIN_MS = 15_000;
/** A page that hangs for so long is broken; what it took is told as a figure. */
const TASK_MS_MAX = 2_000;
/** Notes every stretch of work in which the page answers nobody (Long Tasks, from 50 ms on). */
const WATCH_TASKS = `
  globalThis.longTasks = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: 'longtask', buffered: true });`;

const hasBrowser = findTool('chromium') !== null;
describe.skipIf(!hasBrowser)(
  `the page of a node with much to show${hasBrowser ? '' : ' (skipped: no chromium)'}`,
  () => {
    let world: ConsoleWorld;
    let browser: ConsoleBrowser;
    beforeAll(async () => {
      markDescendants();
      world = await startCrowdedWorld();
      browser = await startConsoleBrowser();
    }, 60_000);
    afterAll(async () => {
      await browser?.close();
      await world?.stop();
      expect(await leftovers()).toEqual([]);
    });

    const rowsOf = (page: Page) => page.locator('tr[data-endpoint]').count();
    const longestTask = async (page: Page) => Number(await page.evaluate('Math.max(0, ...longTasks)'));

    it('lists 500 endpoints page by page, finds one by its words, and never hangs', async () => {
      const page = await browser.open(`${world.node.adminUrl}/#/endpoints`);
      await page.evaluate(WATCH_TASKS);
      await page.getByText(`${CROWD.endpoints} endpoints`, { exact: true }).waitFor();
      expect(await rowsOf(page)).toBe(50);
      await page
        .getByRole('navigation', { name: 'Pages of the table' })
        .first()
        .getByRole('button', { name: 'Next' })
        .click();
      await page.getByText(`51–100 of ${CROWD.endpoints}`).waitFor();
      const filterMs = await page.evaluate(`(async () => {
      const field = document.querySelector('input[type=search]');
      const startMs = performance.now();
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, '127.1.37.7');
      field.dispatchEvent(new Event('input', { bubbles: true }));
      while (document.querySelectorAll('tr[data-endpoint]').length !== 1) await new Promise((resolve) => requestAnimationFrame(resolve));
      return performance.now() - startMs;
    })()`);
      expect(await page.textContent('tr[data-endpoint]')).toContain('app9.gslb.example.test. A');
      const taskMs = await longestTask(page);
      console.log(
        `figure: ${CROWD.endpoints} endpoints are filtered within ${Math.round(Number(filterMs))} ms; the longest task of the page is ${Math.round(taskMs)} ms`,
      );
      expect(taskMs).toBeLessThan(TASK_MS_MAX);
      await page.close();
    });

    it('shows that a tenth of them went down, and hangs no more for it', async () => {
      const page = await browser.open(`${world.node.adminUrl}/#/endpoints?filter=app0`);
      await page.evaluate(WATCH_TASKS);
      await page.getByText(`${CROWD.falling} of ${CROWD.endpoints} endpoints`).waitFor();
      await expect
        .poll(() => page.locator('tr[data-endpoint] .state-up').count(), { timeout: SHOWN_WITHIN_MS })
        .toBeGreaterThan(0);
      await world.endpoints['us-east']!.refuse();
      const startMs = performance.now();
      await expect
        .poll(() => page.locator('tr[data-endpoint] > td:nth-of-type(1) > .state-down').count(), {
          timeout: SHOWN_WITHIN_MS,
          interval: 50,
        })
        .toBe(CROWD.falling);
      const taskMs = await longestTask(page);
      console.log(
        `figure: ${CROWD.falling} of ${CROWD.endpoints} endpoints show as down after ${Math.round(performance.now() - startMs)} ms (checked every two seconds); the longest task of the page is ${Math.round(taskMs)} ms`,
      );
      expect(taskMs).toBeLessThan(TASK_MS_MAX);
      await page.evaluate("location.hash = '#/world'");
      await page.getByText('42 more endpoints').waitFor();
      await page.close();
    });

    it('complains of nothing', () => {
      expect(browser.strays).toEqual([]);
      expect(browser.complaints).toEqual([]);
    });
  },
);

const canHold = hasBrowser && hasRedisServer();
describe.skipIf(!canHold)(
  `the page of a node that holds${canHold ? '' : ' (skipped: no chromium or redis-server)'}`,
  () => {
    it('says plainly that it is in HOLD, and why, on every view', async () => {
      markDescendants();
      buildConsole();
      const redis = await startRedis();
      const zones = { 'example.test.yaml': "'': {type: NS, values: [ns1.example.net.]}\n" };
      const node = await startServe({ zones, geoData: {}, redis: redis.url });
      const browser = await startConsoleBrowser();
      try {
        const page = await browser.open(`${node.adminUrl}/#/world`);
        for (const view of ['world', 'endpoints', 'explain']) {
          await page.evaluate(`location.hash = '#/${view}'`);
          await page.getByRole('alert').filter({ hasText: 'HOLD: the node keeps the last verdicts frozen' }).waitFor();
        }
        expect(await page.textContent('.mode-hold')).toBe('HOLD');
      } finally {
        await browser.close();
        await node.stop();
        await redis.stop();
      }
      expect(await leftovers()).toEqual([]);
    });
  },
);
