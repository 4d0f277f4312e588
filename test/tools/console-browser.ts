/**
 * The operator's page in the distribution's chromium, with an eye on everything that it asks for and complains of. Nothing leaves
 * loopback: names other than the node's do not resolve, and each request is written down.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findTool } from './tool-finder.ts';

/** A browser and what its pages did. */
export type ConsoleBrowser = {
  readonly open: (url: string, options?: PageOptions) => Promise<Page>;
  /** Addresses asked for that are not of loopback, and complaints on any page's console. */
  readonly strays: readonly string[];
  readonly complaints: readonly string[];
  readonly close: () => Promise<void>;
};

export type PageOptions = {
  readonly colorScheme?: 'light' | 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
};

/** A fault that axe found. */
export type AccessFault = { readonly id: string; readonly impact: string; readonly targets: readonly string[] };

/** Longest that a step on a page may take: more than the page itself waits for an answer, since the planner gives way to all else. */
const STEP_MS_MAX = 25_000;
const LOOPBACK = /^(https?:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]|data:|blob:|about:)/;

/** Starts the browser; whoever does closes it. */
export async function startConsoleBrowser(): Promise<ConsoleBrowser> {
  const executablePath = findTool('chromium');
  if (executablePath === null) throw new Error('no chromium');
  const browser: Browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
  const strays: string[] = [];
  const complaints: string[] = [];
  return {
    strays,
    complaints,
    open: async (url, options = {}) => {
      const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, ...options });
      page.setDefaultTimeout(STEP_MS_MAX);
      page.on('request', (request) => {
        if (!LOOPBACK.test(request.url())) strays.push(request.url());
      });
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(url);
      return page;
    },
    close: () => browser.close(),
  };
}

/** Faults of the page that axe calls serious or worse. */
export async function findAccessFaults(page: Page): Promise<AccessFault[]> {
  // The policy of the page lets no script in but its own; this one comes by the debugger.
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const result = (await page.evaluate('axe.run(document)')) as {
    violations: { id: string; impact: string; nodes: { target: string[] }[] }[];
  };
  return result.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, nodes }) => ({ id, impact, targets: nodes.flatMap(({ target }) => target) }));
}

/** Gives a page that asks for it the node's token. */
export async function giveToken(page: Page, token: string): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Token' });
  await dialog.getByLabel('MERIDIAN_ADMIN_TOKEN').fill(token);
  await dialog.getByRole('button', { name: 'Use it' }).click();
}
