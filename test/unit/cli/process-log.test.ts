import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const LOG = join(import.meta.dirname, '../../../src/cli/process-log.ts');

function script(body: string): string[] {
  return ['--input-type=module', '-e', `const { openProcessLog } = await import(${JSON.stringify(LOG)});${body}`];
}

describe('the log of a process', () => {
  it('is JSON on stderr, with a time that people can read, and without secrets', () => {
    const run = spawnSync(
      process.execPath,
      script(`
      const { log, flush } = await openProcessLog('info');
      log.debug('not this'); log.info({ token: 'hunter2', redis: { password: 'hunter2' } }, 'hello'); await flush();`),
      { encoding: 'utf8' },
    );
    expect(run.stdout).toBe('');
    const lines = run.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ msg: 'hello', token: '***' });
    expect(lines[0]!.time).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(run.stderr).not.toContain('hunter2');
  });

  it('never holds the process up, nor ends it, when its reader stops reading and then goes', async () => {
    const child = spawn(
      process.execPath,
      script(`
      const { log, flush } = await openProcessLog('info');
      const line = 'x'.repeat(1000);
      const start = performance.now();
      for (let i = 0; i < 20000; i++) { log.info(line); if (i % 1000 === 0) await new Promise((r) => setTimeout(r, 1)); }
      process.stdout.write('done ' + Math.round(performance.now() - start) + '\\n');
      await new Promise((r) => process.stdin.once('data', r));
      log.info('after the reader has gone'); await new Promise((r) => setTimeout(r, 50)); await flush();
      process.stdout.write('alive\\n'); process.exit(0);`),
      { stdio: ['pipe', 'pipe', 'pipe'] },
    );
    child.stderr.pause();
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (text.includes('done')) {
        child.stderr.destroy();
        child.stdin.write('go\n');
      }
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(output).toMatch(/^done \d+\nalive\n$/);
    expect(code).toBe(0);
  });
});
