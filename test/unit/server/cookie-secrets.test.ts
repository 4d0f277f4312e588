import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import { cookieSecretsAt, createLivePolicy, type LivePolicy } from '../../../src/answer/live-policy.ts';
import { CookieSecrets } from '../../../src/server/cookie-secrets.ts';
import { StartError } from '../../../src/server/start-error.ts';

const FIRST = '0123456789abcdef0123456789abcdef';
const SECOND = 'fedcba9876543210FEDCBA9876543210';
const folder = mkdtempSync(join(tmpdir(), 'meridian-cookies-'));
afterAll(() => rmSync(folder, { recursive: true }));

const inForce = (live: LivePolicy) => [...live.subarray(cookieSecretsAt(live), cookieSecretsAt(live) + 9)];

/** The owner of secrets in a file of its own, and what it logs. */
function secretsOf(text: string | null) {
  const file = join(mkdtempSync(join(folder, 'x-')), 'secrets');
  if (text !== null) writeFileSync(file, text);
  const live = createLivePolicy();
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
  return { secrets: new CookieSecrets(file, live, log), file, live, lines };
}

describe('cookie secrets', () => {
  it('are random without a file, and others at each start', () => {
    const [a, b] = [createLivePolicy(), createLivePolicy()];
    const log = pino({ level: 'silent' });
    for (const live of [a, b]) new CookieSecrets(null, live, log).start();
    expect([inForce(a)[0], inForce(b)[0]]).toEqual([1, 1]);
    expect(inForce(a)).not.toEqual(inForce(b));
    expect(new CookieSecrets(null, a, log).directories).toEqual([]);
  });

  it('are read from the file, and again when it changes', () => {
    const { secrets, file, live, lines } = secretsOf(`# ours\n${FIRST}\n`);
    secrets.start();
    const before = inForce(live);
    expect(before.slice(0, 2)).toEqual([1, 0x67452301]);
    secrets.look();
    expect(lines).toEqual([]);
    // As a mounted secret changes: another file under the same name.
    writeFileSync(`${file}.new`, `${SECOND}\n${FIRST}`);
    renameSync(`${file}.new`, file);
    secrets.look();
    expect(inForce(live)[0]).toBe(2);
    expect(inForce(live).slice(5)).toEqual(before.slice(1, 5));
    expect(lines).toHaveLength(1);
  });

  it('stay in force while the file is broken, which is told once and without its content', () => {
    const { secrets, file, live, lines } = secretsOf(FIRST);
    secrets.start();
    const before = inForce(live);
    for (const broken of ['hunter2hunter2', '', `${FIRST}\n`.repeat(3), FIRST.slice(1), 'x'.repeat(5_000)]) {
      writeFileSync(file, broken);
      secrets.look();
      secrets.look();
    }
    rmSync(file);
    secrets.look();
    expect(inForce(live)).toEqual(before);
    expect(lines).toHaveLength(6);
    expect(lines.join('')).not.toMatch(/hunter2|0123456789abcde/);
    expect(lines[5]).toContain('ENOENT');
    writeFileSync(file, SECOND);
    secrets.look();
    expect(inForce(live)).not.toEqual(before);
  });

  it('must be there at the start', () => {
    expect(() => secretsOf(null).secrets.start()).toThrow(StartError);
    expect(() => secretsOf('').secrets.start()).toThrow(/holds no secret/);
    const { secrets, file } = secretsOf(null);
    mkdirSync(file);
    expect(() => secrets.start()).toThrow(/is no file/);
  });

  it.runIf(process.platform !== 'win32')('do not wait for a pipe', () => {
    const { secrets, file } = secretsOf(null);
    execFileSync('mkfifo', [file]);
    expect(() => secrets.start()).toThrow(/is no file/);
  });

  it('are lines of 32 hexadecimal digits, one or two, beside remarks', () => {
    const { secrets, live } = secretsOf(`\n ${FIRST} # first\r\n#\n${SECOND}`);
    secrets.start();
    expect(inForce(live)[0]).toBe(2);
    expect(() => secretsOf(`${FIRST}\n${FIRST.slice(2)}`).secrets.start()).toThrow(/line 2/);
    expect(() => secretsOf('# none').secrets.start()).toThrow(/no secret/);
  });
});
