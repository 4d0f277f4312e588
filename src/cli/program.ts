/**
 * The commands of `command-plans.ts` as commander knows them: names, arguments, flags, help. Flags come from `settings.ts`, so that help,
 * file and environment cannot disagree. Built and run by `run-program.ts`.
 */

import { Argument, Command, Option } from 'commander';
import { ExitCode } from './command-failure.ts';
import { type CommandPlan, GROUPS, PLANS } from './command-plans.ts';
import { completionScript, SHELLS, type Shell } from './completion.ts';
import { resolveSettings } from './resolve-settings.ts';
import { environmentName, SETTINGS, type Setting, type SettingKey } from './settings.ts';

/** What the outer world gives a command. */
export type CommandContext = {
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** The whole program; `finish` receives the exit code of the command that ran. */
export function buildProgram(version: string, context: CommandContext, finish: (exitCode: number) => void): Command {
  const program = new Command('meridian')
    .description('Authoritative DNS server that steers clients across regions by place, weight and health.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help of a command')
    .configureOutput({ outputError: (text, write) => write(`${errorLine(text)}; see "meridian --help"\n`) })
    .exitOverride();
  for (const plan of PLANS) addCommand(program, plan, context, finish);
  addCompletion(program, finish);
  return program;
}

/** The one command that is about the others, and so has no plan and no settings. */
function addCompletion(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('completion')
    .summary('print a script that completes commands and flags in a shell')
    .description('Print a script that completes commands and flags in a shell.')
    .addArgument(new Argument('<shell>', 'where it is to run').choices(SHELLS))
    .helpOption('-h, --help', 'print help')
    .configureOutput({ outputError: (text, write) => write(`${errorLine(text)}; see "meridian completion --help"\n`) })
    .exitOverride()
    .addHelpText(
      'after',
      '\nExamples:\n  meridian completion bash > ~/.local/share/bash-completion/completions/meridian\n  meridian completion fish > ~/.config/fish/completions/meridian.fish',
    )
    .action((shell: Shell) => {
      process.stdout.write(completionScript(program, shell));
      finish(ExitCode.GOOD);
    });
}

function addCommand(
  program: Command,
  plan: CommandPlan,
  context: CommandContext,
  finish: (exitCode: number) => void,
): void {
  const words = plan.name.split(' ');
  const parent = words.length === 1 ? program : groupOf(program, words[0]!);
  const command = parent
    .command(words.at(-1)!)
    .summary(plan.summary)
    .description(`${sentence(plan.summary)}.`);
  command
    .helpOption('-h, --help', 'print help')
    .configureOutput({
      outputError: (text, write) => write(`${errorLine(text)}; see "meridian ${plan.name} --help"\n`),
    })
    .exitOverride();
  for (const [name, help, words] of plan.arguments ?? []) {
    const argument = new Argument(name, help);
    // For help and completion; what else is typed is the command's to refuse.
    if (words !== undefined) argument.argChoices = [...words];
    command.addArgument(argument);
  }
  const keyOfAttribute = new Map<string, SettingKey>();
  for (const key of plan.settings) {
    if ((SETTINGS[key] as Setting).isSecret) continue;
    const option = settingOption(key);
    keyOfAttribute.set(option.attributeName(), key);
    command.addOption(option);
  }
  const switches = plan.switches ?? [];
  for (const [name, help] of switches) command.addOption(new Option(`--${name}`, help));
  command.addOption(new Option('--config <file>', 'read settings from this YAML file'));
  command.addHelpText('after', helpTail(plan));
  command.action(async (...values: unknown[]) => {
    const args = values.slice(0, (plan.arguments ?? []).length) as (string | undefined)[];
    const flags: Record<string, unknown> = {};
    const options = command.opts<Record<string, unknown>>();
    for (const [attribute, key] of keyOfAttribute)
      if (options[attribute] !== undefined) flags[key] = options[attribute];
    const configFile = typeof options.config === 'string' ? options.config : null;
    const chosen = new Set(switches.map(([name]) => name).filter((name) => options[attributeOf(name)] === true));
    finish(await plan.run(resolveSettings({ flags, configFile, environment: context.environment }), args, chosen));
  });
}

function groupOf(program: Command, name: string): Command {
  const known = program.commands.find((command) => command.name() === name);
  if (known !== undefined) return known;
  const summary = GROUPS[name]!;
  return program
    .command(name)
    .summary(summary)
    .description(`${sentence(summary)}.`)
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .configureOutput({ outputError: (text, write) => write(`${errorLine(text)}; see "meridian ${name} --help"\n`) })
    .exitOverride();
}

function attributeOf(name: string): string {
  return new Option(`--${name}`).attributeName();
}

function settingOption(key: SettingKey): Option {
  const setting: Setting = SETTINGS[key];
  const option = new Option(
    setting.placeholder === null ? `--${key}` : `--${key} <${setting.placeholder}>`,
    setting.help,
  );
  if (setting.isRare) option.hideHelp();
  if (setting.repeats) option.argParser((value: string, list: string[] | undefined) => [...(list ?? []), value]);
  return option;
}

function helpTail(plan: CommandPlan): string {
  const parts = ['', 'Examples:', ...plan.examples.map((example) => `  ${example}`)];
  if (plan.notes !== undefined) parts.push('', plan.notes);
  parts.push(
    '',
    'Each option is also a key of the --config file and an environment variable: --geo-data, "geo-data:" and',
    'MERIDIAN_GEO_DATA are one setting. Flags win over the environment, the environment over the file.',
  );
  const rare = plan.settings.filter((key) => (SETTINGS[key] as Setting).isRare);
  if (rare.length > 0) parts.push(`Rarely needed, and explained in deploy/meridian.yaml: ${rare.join(', ')}.`);
  const secret = plan.settings.filter((key) => (SETTINGS[key] as Setting).isSecret);
  if (secret.length > 0)
    parts.push(`By environment or file only: ${secret.map((key) => environmentName(key)).join(', ')}.`);
  return parts.join('\n');
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** commander's message in our form: one line, with our name in front. */
function errorLine(text: string): string {
  return `meridian: ${text
    .replace(/^error: /, '')
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')}`;
}
