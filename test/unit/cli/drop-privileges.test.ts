import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const MODULE = join(import.meta.dirname, '../../../src/cli/drop-privileges.ts');
const isRoot = process.getuid?.() === 0 && existsSync('/proc/self/task');

/** What a process of root prints after it has dropped to `user`, as `program` says. */
function run(user: string, group: string | undefined, program: string): { stdout: string; stderr: string } {
  const head = `import { dropPrivileges } from ${JSON.stringify(MODULE)};
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
console.log(dropPrivileges(${JSON.stringify(user)}, ${JSON.stringify(group)}));
`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', head + program], {
    encoding: 'utf8',
    timeout: 30_000,
  });
}

/** A process sees its own threads; a capability set is 16 hexadecimal digits. */
const THREADS = `
const field = (text, name) => new RegExp('^' + name + ':\\\\s+(.*)$', 'm').exec(text)[1].split(/\\s+/);
const print = () => {
  for (const id of readdirSync('/proc/self/task')) {
    const text = readFileSync('/proc/self/task/' + id + '/status', 'utf8');
    const caps = ['CapEff', 'CapPrm', 'CapInh'].map((name) => field(text, name)[0]);
    console.log(['thread', ...field(text, 'Uid'), ...field(text, 'Gid'), ...caps].join(' '));
  }
};
`;

describe.skipIf(!isRoot)('dropPrivileges (skipped unless root, on Linux)', () => {
  it('leaves root in every thread, with no more than the right to bind', () => {
    const worker = `new Worker('setTimeout(() => {}, 500)', { eval: true }).on('online', print);`;
    const { stdout, stderr } = run('nobody', undefined, THREADS + worker);
    expect(stderr).toBe('');
    const threads = stdout.split('\n').filter((line) => line.startsWith('thread'));
    expect(threads.length).toBeGreaterThan(4);
    const bind = '0000000000000400';
    const none = '0000000000000000';
    for (const thread of threads) {
      expect(thread).not.toMatch(/^thread (.* )?0 /);
      expect(thread.split(' ').slice(-3)).toEqual(thread.includes(bind) ? [bind, bind, none] : [none, none, none]);
    }
    // Main thread and worker.
    expect(threads.filter((thread) => thread.includes(bind)).length).toBeGreaterThanOrEqual(2);
  });

  it('lets a thread that is started later bind a port below 1024', () => {
    const bind = `
const program = "const s = require('node:net').createServer(); s.on('error', (e) => console.log(e.code)); " +
  "const go = (port) => s.listen(port, '127.0.0.1'); let port = 700; " +
  "s.removeAllListeners('error'); s.on('error', (e) => e.code === 'EADDRINUSE' && port < 800 ? go(++port) : console.log(e.code)); " +
  "s.on('listening', () => { console.log('bound'); s.close(); }); go(port);";
new Worker(program, { eval: true, execArgv: [] });`;
    expect(run('nobody', undefined, bind).stdout).toContain('bound');
  });

  it('takes the group that it is told', () => {
    const gid = /^daemon:[^:]*:(\d+)/m.exec(readFileSync('/etc/group', 'utf8'))?.[1] ?? '1';
    expect(run('nobody', gid, '').stdout).toMatch(new RegExp(`^running as nobody \\(\\d+:${gid}\\)`));
    expect(run('nobody', 'daemon', '').stdout).toContain(`:${gid})`);
  });

  it.each([
    ['nobody-of-this-name', undefined, 'there is no such user'],
    ['root', undefined, 'is root itself'],
    ['nobody', 'no-group-of-this-name', 'there is no such group'],
  ])('refuses user %s and group %s', (user, group, message) => {
    expect(run(user, group, '').stderr).toContain(message);
  });
});
