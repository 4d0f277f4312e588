import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { leftovers, markDescendants } from '../tools/leftovers.ts';

const SCRIPT = join(import.meta.dirname, '../demo/run-demo.ts');

async function demo(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  onOutput: (text: string) => string,
) {
  markDescendants();
  const child = spawn(process.execPath, [SCRIPT, ...args], { env: { ...process.env, ...env } });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part) => {
      out += String(part);
      const keys = onOutput(out);
      if (keys !== '') child.stdin.write(keys);
    });
  }
  const code = await new Promise((resolve) => child.once('exit', resolve));
  expect(await leftovers()).toEqual([]);
  return { code, out };
}

it('fails a region, sees its clients move and come home, and leaves nothing running', {
  timeout: 150_000,
}, async () => {
  const { code, out } = await demo(['--script'], {}, () => '');
  expect(code, out).toBe(0);
  expect(out).toMatch(/ns2: clients in eu-west get us \(127\.0\.61\.1\)/);
  expect(out).toContain('at home again');
});

it('does as its keys say, also where there is no redis-server', { timeout: 150_000 }, async () => {
  const pressed = new Set<string>();
  const once = (key: string) => {
    if (pressed.has(key)) return '';
    pressed.add(key);
    return key;
  };
  // An empty PATH and a name of nothing: as on a machine without one.
  const env = { PATH: '/nonexistent', REDIS_SERVER_BIN: '/nonexistent/redis-server' };
  const { code, out } = await demo([], env, (text) => {
    if (/ns1: clients in us-east get ap/.test(text)) return once('q');
    return /ns1: clients in us-east get us/.test(text) ? once('1') : '';
  });
  expect(code, out).toBe(0);
  expect(out).toContain('no redis-server here');
  expect(out).toContain('the endpoints of us-east are failing now');
});
