import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { completionScript } from '../../../src/cli/completion.ts';
import { buildProgram } from '../../../src/cli/program.ts';

const program = buildProgram('1.2.3', { environment: {} }, () => {});
const bash = completionScript(program, 'bash');

/** What bash itself makes of the words typed, the last of which is being completed. */
function complete(...words: string[]): string[] {
  const array = words.map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(${array}); COMP_CWORD=${words.length - 1}; _meridian; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', `${bash}\n${ask}`], {
    encoding: 'utf8',
    cwd: `${import.meta.dirname}/../../..`,
    timeout: 20_000,
  });
  expect([stderr, status]).toEqual(['', 0]);
  return stdout.split('\n').filter((line) => line !== '');
}

it('offers commands, and those of a group', () => {
  expect(complete('meridian', 's')).toEqual(['serve', 'status', 'shift']);
  expect(complete('meridian', 'zone', '')).toEqual(['fmt', 'set', 'diff']);
});

it('offers the flags of the command at hand and of no other', () => {
  expect(complete('meridian', 'status', '--w')).toEqual(['--watch']);
  expect(complete('meridian', 'zone', 'fmt', '--c')).toEqual(['--check', '--config']);
  expect(complete('meridian', 'query', '--w')).toEqual([]);
});

it('offers directories and files where a flag or an argument takes them', () => {
  expect(complete('meridian', 'serve', '--zones', 'zo')).toEqual(['zones']);
  expect(complete('meridian', 'check', 'zones/gslb.example.com.y')).toEqual(['zones/gslb.example.com.yaml']);
  expect(complete('meridian', 'status', '--admin', '')).toEqual([]);
});

it('offers the words of a choice, to a flag and as an argument', () => {
  expect(complete('meridian', 'serve', '--transport', '')).toEqual(['auto', 'mmsg', 'dgram']);
  expect(complete('meridian', 'serve', '--rate-limit', 'o')).toEqual(['off', 'on']);
  expect(complete('meridian', 'shift', 'a')).toEqual(['add']);
  expect(complete('meridian', 'completion', '')).toEqual(['bash', 'zsh', 'fish']);
  const fish = completionScript(program, 'fish');
  expect(fish).toContain("-l transport -x -a 'auto mmsg dgram'");
  expect(fish).toContain("-n '__fish_seen_subcommand_from shift' -f -a 'add list remove'");
});

it('knows every command and flag, also those that help leaves out, for each shell', () => {
  const leaves = program.commands.flatMap((each) => [each, ...each.commands]);
  const flags = leaves.flatMap((each) => each.options.map(({ long }) => long!.slice(2)));
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    const script = completionScript(program, shell);
    for (const word of [...flags, ...leaves.map((each) => each.name())]) expect(script).toContain(word);
  }
  expect(completionScript(program, 'zsh')).toMatch(/^#compdef meridian\n/);
});
