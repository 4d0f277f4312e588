import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { openPingSocket } from '../../../src/probe/ping-socket.ts';
import { runCheck } from '../../../src/probe/run-check.ts';
import { checkSpec } from '../../tools/check-spec.ts';

const never = new AbortController().signal;
const isForbidden = typeof openPingSocket(4) === 'string';

/** A network of its own, with loopback alone, in which pings are allowed; `script` is an ES module. */
function runInOwnNetwork(script: string) {
  const allow =
    'ip link set lo up && echo "0 0" > /proc/sys/net/ipv4/ping_group_range && exec "$0" --input-type=module -e "$1"';
  return spawnSync('unshare', ['-rn', 'sh', '-c', allow, process.execPath, script], {
    encoding: 'utf8',
    timeout: 20_000,
  });
}

const hasOwnNetwork = runInOwnNetwork('').status === 0;

describe('ICMP check', () => {
  it.runIf(isForbidden)('says nothing of the endpoint where the host forbids it, and what to do', async () => {
    expect(await runCheck(checkSpec({ protocol: 'ICMP', port: 0 }), never)).toMatchObject({
      outcome: 'unknown',
      reason: expect.stringMatching(/ping_group_range|ICMP/),
    });
  });

  it.runIf(hasOwnNetwork)(
    'is answered over IPv4 and IPv6, fails in silence, and leaves no socket (needs unshare)',
    () => {
      const source = (path: string) => JSON.stringify(new URL(`../../../src/probe/${path}`, import.meta.url).href);
      const spec = checkSpec({ protocol: 'ICMP', port: 0, timeoutMs: 500 });
      // Of 127/8 every address answers, until the kernel is told to be silent.
      const { stdout, stderr } = runInOwnNetwork(`
      import { readdirSync, writeFileSync } from 'node:fs';
      import { runCheck } from ${source('run-check.ts')};
      const spec = ${JSON.stringify(spec)};
      const never = new AbortController().signal;
      await runCheck(spec, never);
      const count = () => readdirSync('/proc/self/fd').length;
      const before = count();
      const results = [];
      for (const target of ['127.0.0.1', '127.0.0.9', '::1'])
        results.push(await runCheck({ ...spec, target }, never));
      const many = await Promise.all(Array.from({ length: 200 }, (_, i) => runCheck({ ...spec, target: '127.0.1.' + (i + 1) }, never)));
      writeFileSync('/proc/sys/net/ipv4/icmp_echo_ignore_all', '1');
      results.push(await runCheck(spec, never));
      await new Promise((done) => setTimeout(done, 50));
      console.log(JSON.stringify({ results, ok: many.filter(({ outcome }) => outcome === 'ok').length, leaked: count() - before }));
    `);
      expect(stderr).toBe('');
      const { results, ok, leaked } = JSON.parse(stdout);
      expect(results.map((result: { outcome: string }) => result.outcome)).toEqual(['ok', 'ok', 'ok', 'failed']);
      expect(results[0].connectMs).toBeGreaterThan(0);
      expect(results[3].reason).toBe('timeout after 500 ms (response)');
      expect({ ok, leaked }).toEqual({ ok: 200, leaked: 0 });
    },
  );
});
