/** What a process has used so far, from Linux's /proc: all its threads together, those that have ended included. */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Processor time in seconds. */
export type CpuTime = { readonly user: number; readonly system: number };

/** Fields of /proc/PID/stat behind the command's closing parenthesis (proc(5): utime is field 14, stime 15, the first here is 3). */
const UTIME_AT = 14 - 3;
const STIME_AT = 15 - 3;

const ticksPerSecond = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout?.trim()) || 100;

/** Processor time of all threads of process `pid`. */
export function readCpuTime(pid: number): CpuTime {
  return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

/** Processor time of each thread that lives, by name. */
export function readThreadTimes(pid: number): { name: string; seconds: number }[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) => {
    try {
      const time = parseStat(readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8'));
      const name = readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').trim();
      return [{ name, seconds: time.user + time.system }];
    } catch {
      return [];
    }
  });
}

/** Resident memory in octets: now, of that what is not the pages of files, and the most so far. */
export function readMemory(pid: number): { resident: number; anonymous: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
  return { resident: field('VmRSS'), anonymous: field('RssAnon') + field('RssShmem'), peak: field('VmHWM') };
}

function parseStat(stat: string): CpuTime {
  // The command may hold spaces and parentheses; the last one closes it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { user: Number(fields[UTIME_AT]) / ticksPerSecond, system: Number(fields[STIME_AT]) / ticksPerSecond };
}
