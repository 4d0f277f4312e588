/**
 * `npm run screenshots`: the pictures of README.md, taken from the demo in a browser, into `deploy/screenshots/`. With `--all FOLDER` every view instead, in
 * light, dark and on a phone, for a look at what a change has done.
 */

import { mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { WWW } from '../tools/cluster.ts';
import { type ConsoleBrowser, type PageOptions, startConsoleBrowser } from '../tools/console-browser.ts';
import { type DemoWorld, startDemo } from './demo-world.ts';

const LIGHT: PageOptions = { colorScheme: 'light', viewport: { width: 1280, height: 860 } };
const DARK: PageOptions = { ...LIGHT, colorScheme: 'dark' };
/** As wide as a README shows a picture. */
const README_SIZE = { width: 1040, height: 600 };
const PHONE: PageOptions = { colorScheme: 'light', viewport: { width: 390, height: 844 } };
const VIEWS = ['world', 'endpoints', 'cluster', 'explain', 'what-if', 'shifts', 'zones', 'events'] as const;
/** For the chart and the flows to have something to show. */
const WARM_UP_MS = 40_000;
/** A picture in a README that is larger than this is no favour. */
const PICTURE_BYTES_MAX = 200_000;

type Shot = {
  readonly path: string;
  readonly view: string;
  readonly options: PageOptions;
  readonly fullPage?: boolean;
  /** What is scrolled to, as a selector. */
  readonly from?: string;
};

async function shoot({ browser, world }: Ground, { path, view, options, fullPage = false, from }: Shot): Promise<void> {
  const page = await browser.open(`${world.cluster.nodes[0]!.adminUrl}/#/${view}`, options);
  await page.waitForSelector('.card');
  await arrange(page, view);
  if (from !== undefined) await page.locator(from).evaluate((element) => element.scrollIntoView());
  await sleep(1_500);
  await page.screenshot({ path, fullPage, animations: 'disabled' });
  await page.close();
  process.stdout.write(`${path}: ${Math.round(statSync(path).size / 1024)} KB\n`);
}

/** What a reader would have done before looking. */
async function arrange(page: Page, view: string): Promise<void> {
  if (view.startsWith('what-if')) {
    await page.locator('.card-tools select').selectOption(`${WWW}. A`);
    await page.getByLabel('eu-west', { exact: true }).check();
    await page.waitForSelector('path.is-marked[data-country="DE"][data-by="us-east"]');
  }
  if (view.startsWith('explain')) await page.waitForSelector('.verdict');
  if (view.startsWith('world')) await page.waitForSelector('path[data-country="DE"][data-by="eu-west"]');
}

type Ground = { readonly browser: ConsoleBrowser; readonly world: DemoWorld };

async function shootAll(ground: Ground, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [name, options] of Object.entries({ light: LIGHT, dark: DARK, phone: PHONE })) {
    for (const view of VIEWS) {
      const query = view === 'explain' ? `?name=${WWW}.&type=A&client=192.0.2.1` : '';
      await shoot(ground, {
        path: join(folder, `${view}-${name}.png`),
        view: `${view}${query}`,
        options,
        fullPage: true,
      });
    }
  }
}

async function shootReadme(ground: Ground): Promise<void> {
  const folder = join(import.meta.dirname, '../../deploy/screenshots');
  const shots: readonly Shot[] = [
    { path: join(folder, 'world.png'), view: `world?record=${WWW}. A`, options: { ...LIGHT, viewport: README_SIZE } },
    {
      path: join(folder, 'what-if.png'),
      view: 'what-if',
      options: { ...DARK, viewport: { width: 1024, height: 800 } },
    },
    {
      path: join(folder, 'phone.png'),
      view: `explain?name=${WWW}.&type=A&client=192.0.2.1`,
      options: PHONE,
      from: '.story',
    },
  ];
  for (const shot of shots) {
    await shoot(ground, shot);
    if (statSync(shot.path).size > PICTURE_BYTES_MAX) throw new Error(`${shot.path} is larger than a README bears`);
  }
}

const folder = process.argv[2] === '--all' ? resolve(process.argv[3] ?? 'screenshots') : null;
const world = await startDemo();
try {
  const browser = await startConsoleBrowser();
  try {
    await sleep(WARM_UP_MS);
    await (folder === null ? shootReadme({ browser, world }) : shootAll({ browser, world }, folder));
  } finally {
    await browser.close();
  }
} finally {
  await world.stop();
}
