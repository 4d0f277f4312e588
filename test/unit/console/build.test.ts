import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const BUILD = join(import.meta.dirname, '../../../src/console/build.mjs');
/** All that a first visit loads, compressed. */
const FIRST_LOAD_BYTES_MAX = 150_000;

describe('the build of the page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meridian-console-'));
  const out = join(folder, 'console');
  const run = (...args: string[]) => spawnSync(process.execPath, [BUILD, '--out', out, ...args], { encoding: 'utf8' });
  const files = () =>
    readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((path) => /\.(js|css|html|svg)$/.test(path));
  beforeAll(() => {
    const built = run();
    expect(built.stderr).toBe('');
    expect(built.status).toBe(0);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(`loads at first in under ${FIRST_LOAD_BYTES_MAX / 1000} KB, whichever way it is compressed`, () => {
    for (const suffix of ['br', 'gz']) {
      const octets = files().reduce((sum, path) => sum + statSync(join(out, `${path}.${suffix}`)).size, 0);
      console.log(`figure: first load of the page ${(octets / 1000).toFixed(1)} KB ${suffix}`);
      expect(octets).toBeLessThan(FIRST_LOAD_BYTES_MAX);
    }
  });

  it('is made of files of its own: nothing inline, nothing from elsewhere', () => {
    const html = readFileSync(join(out, 'index.html'), 'utf8');
    expect(html).not.toMatch(/<style|\son\w+=|style=|<script(?![^>]*\ssrc=)/);
    for (const [, url] of html.matchAll(/(?:src|href)="([^"]*)"/g)) expect(url).toMatch(/^\.\/assets\/[\w.-]+$/);
    for (const path of files()) {
      // Names of XML namespaces are no addresses to load from.
      const text = readFileSync(join(out, path), 'utf8').replaceAll(/http:\/\/www\.w3\.org\/[\w/]*/g, '');
      expect(text.match(/\b(?:https?|wss?):\/\/[\w.-]+/g) ?? [], path).toEqual([]);
    }
  });

  it('is not made again of the same sources', () => {
    const before = statSync(join(out, 'build.json')).mtimeMs;
    expect(run('--if-stale').status).toBe(0);
    expect(statSync(join(out, 'build.json')).mtimeMs).toBe(before);
  });

  it('is made again where nothing is, and leaves nothing aside', () => {
    rmSync(out, { recursive: true });
    expect(run('--if-stale').status).toBe(0);
    expect(existsSync(join(out, 'index.html.br'))).toBe(true);
    expect(readdirSync(folder)).toEqual(['console']);
  });
});
