import { describe, expect, it } from 'vitest';
import { PLANS } from '../../../src/cli/command-plans.ts';
import { buildProgram } from '../../../src/cli/program.ts';
import { SETTINGS, type SettingKey } from '../../../src/cli/settings.ts';

const program = buildProgram('1.2.3', { environment: {} }, () => {});

function help(name: string): string {
  let text = '';
  const command = name.split(' ').reduce((at, word) => at.commands.find((each) => each.name() === word)!, program);
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}

describe('the program', () => {
  const leaves = program.commands.flatMap((command) =>
    command.commands.length === 0
      ? [{ name: command.name(), command }]
      : command.commands.map((each) => ({ name: `${command.name()} ${each.name()}`, command: each })),
  );
  const names = leaves.map(({ name }) => name);

  it('offers what works and nothing else', () => {
    expect(names).toEqual([
      'serve',
      'probe',
      'check',
      'explain',
      'whatif',
      'status',
      'shift',
      'query',
      'zone fmt',
      'zone set',
      'zone diff',
      'completion',
    ]);
  });

  it.each(names)('%s has help with an example that uses its own flags', (name) => {
    const text = help(name);
    expect(text).toContain('Examples:');
    const flags = [...text.matchAll(/^ {2}--([a-z-]+)/gm)].map((match) => match[1]);
    const examples = text
      .slice(text.indexOf('Examples:'))
      .split('\n')
      .filter((line) => line.startsWith('  meridian '));
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      expect(example).toContain(`meridian ${name}`);
      for (const [, flag] of example.matchAll(/--([a-z-]+)/g)) expect(flags).toContain(flag);
    }
  });

  it.each(['serve', 'probe', 'check', 'explain'])('%s names its rare flags in one sentence and lists none', (name) => {
    const text = help(name);
    expect(text).not.toMatch(/^ {2}--soa-/m);
    expect(text).toContain('soa-mname');
    expect(text).toContain('escaped-semicolons');
  });

  it('uses every setting somewhere', () => {
    const flags = new Set(leaves.flatMap(({ command }) => command.options.map((option) => option.long?.slice(2))));
    // Secrets are no flags, and help names them.
    const secrets = new Set(PLANS.flatMap(({ settings }) => settings).filter((key) => 'isSecret' in SETTINGS[key]));
    const unused = Object.keys(SETTINGS).filter((key) => !flags.has(key) && !secrets.has(key as SettingKey));
    expect(unused).toEqual([]);
  });
});
