import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { leftovers, markDescendants } from '../tools/leftovers.ts';

const SCRIPT = join(import.meta.dirname, '../demo/run-demo.ts');

async function demo(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  onOutput: (text: string, kill: (signal: NodeJS.Signals) => void) => string,
) {
  markDescendants();
  const child = spawn(process.execPath, [SCRIPT, ...args], { env: { ...process.env, ...env } });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part) => {
      out += String(part);
      const keys = onOutput(out, (signal) => void child.kill(signal));
      if (keys !== '') child.stdin.write(keys);
    });
  }
  const code = await new Promise((resolve) => child.once('exit', resolve));
  expect(await leftovers()).toEqual([]);
  return { code, out };
}

// An empty PATH and a name of nothing: as on a machine without one.
const NO_REDIS = { PATH: '/nonexistent', REDIS_SERVER_BIN: '/nonexistent/redis-server' };

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
  const { code, out } = await demo([], NO_REDIS, (text) => {
    if (/ns1: clients in us-east get eu/.test(text)) return once('q');
    return /ns1: clients in us-east get us/.test(text) ? once('1') : '';
  });
  expect(code, out).toBe(0);
  expect(out).toContain('no redis-server here');
  expect(out).toContain('the endpoints of us-east are failing now');
  const help = out.slice(out.indexOf('Console'), out.indexOf('ends'));
  expect(Math.max(...help.split('\n').map((line) => line.length)), 'for a small terminal').toBeLessThanOrEqual(64);
});

it('ends all it has started when it is told to while it starts', { timeout: 60_000 }, async () => {
  let isTold = false;
  const { code, out } = await demo([], NO_REDIS, (text, kill) => {
    if (!isTold && text.includes('starting')) kill('SIGTERM');
    isTold ||= text.includes('starting');
    return '';
  });
  expect(code, out).toBe(0);
  expect(out).not.toContain('Console');
});

it('leaves nothing running when it is killed itself', { timeout: 60_000 }, async () => {
  const { code, out } = await demo([], {}, (text, kill) => {
    if (/ns1: clients in us-east get us/.test(text)) kill('SIGKILL');
    return '';
  });
  expect(code, out).toBeNull();
});
