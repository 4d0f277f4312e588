import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConsoleFiles } from '../../../src/admin/console-files.ts';

describe('the files of the page', () => {
  let folder: string;
  let page: ConsoleFiles;
  const write = (path: string, content: string | Uint8Array) => writeFileSync(join(folder, path), content);
  const get = (path: string, acceptEncoding?: string, ifNoneMatch?: string) =>
    page.answer({ path, acceptEncoding, ifNoneMatch });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'meridian-page-'));
    mkdirSync(join(folder, 'assets'));
    write('index.html', '<p>1');
    write('index.html.gz', gzipSync('<p>1'));
    write('assets/main-abc.js', 'let x');
    write('build.json', '{}');
    page = new ConsoleFiles(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are let to load nothing from elsewhere', () => {
    const policy = get('/')!.headers['content-security-policy'];
    expect(policy).toMatch(/^default-src 'self';/);
    expect(policy).not.toMatch(/unsafe|http|\*|data:/);
  });

  it.each([
    ['gzip, br', 'gzip'],
    ['br;q=1.0, gzip;q=0.5', 'gzip'],
    ['gzip;q=0', undefined],
    ['identity', undefined],
    [undefined, undefined],
  ])('are compressed for who takes %j as %s', (accept, encoding) => {
    expect(get('/', accept)!.headers['content-encoding']).toBe(encoding);
  });

  it('are sent once: a tag for each form, and 304 for who has it', () => {
    const first = get('/', 'gzip')!;
    expect(get('/', 'gzip', first.headers.etag)).toMatchObject({ status: 304, body: null });
    expect(get('/', 'gzip', `"x", W/${first.headers.etag}`)!.status).toBe(304);
    expect(get('/', undefined, first.headers.etag)!.status).toBe(200);
  });

  it('are kept for good where their name says what is in them, and asked for again where not', () => {
    get('/');
    expect(get('/assets/main-abc.js')!.headers['cache-control']).toContain('immutable');
    expect(get('/')!.headers['cache-control']).toBe('no-cache');
  });

  it('come anew after a build, and stay when it is swept away', () => {
    get('/');
    write('index.html', '<p>2');
    utimesSync(join(folder, 'build.json'), 1, 1);
    expect(new TextDecoder().decode(get('/')!.body as Uint8Array)).toBe('<p>2');
    rmSync(join(folder, 'build.json'));
    expect(get('/')!.status).toBe(200);
  });

  it.each(['/build.json', '/../../etc/passwd', '/assets/..%2fbuild.json', '/assets/', '/index.html.gz', '/__proto__'])(
    'are no others: %s',
    (path) => {
      get('/');
      expect(get(path)).toBeNull();
    },
  );

  it('say how they are built where they are not', () => {
    const none = new ConsoleFiles(join(folder, 'nothing')).answer({
      path: '/',
      acceptEncoding: undefined,
      ifNoneMatch: undefined,
    });
    expect(none).toMatchObject({ status: 503 });
    expect(none!.body).toContain('npm run build');
  });

  it('are refused when a folder holds more than a page', () => {
    write('assets/huge.js', 'x'.repeat(9_000_000));
    expect(() => get('/')).toThrow('is no page');
  });
});
