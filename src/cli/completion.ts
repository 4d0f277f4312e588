/**
 * Scripts that complete `meridian` in a shell, made from commander's own tree and the settings, so that they know what the program knows: commands,
 * flags, also those that help leaves out, and words of a choice. What takes a file or directory completes as such; other values are the operator's to know.
 */

import type { Command, Option } from 'commander';
import { wordsOf } from './setting-values.ts';
import { SETTINGS } from './settings.ts';

/** Shells that a script can be made for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** One command: its words (`['zone', 'fmt']`, none for the program), what may follow, and what its flags take. */
type Node = {
  readonly words: readonly string[];
  readonly commands: readonly Command[];
  readonly options: readonly Option[];
  /** Words of an argument, where it is one of a few. */
  readonly choices: readonly string[];
};

/** The script for `shell`. */
export function completionScript(program: Command, shell: Shell): string {
  const nodes = nodesOf(program, []);
  return shell === 'fish' ? fishScript(nodes) : bashScript(nodes, shell === 'zsh');
}

function nodesOf(command: Command, words: readonly string[]): Node[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((each) => each.name() !== 'help');
  const rare = command.options.filter(({ hidden }) => hidden);
  const options = [...help.visibleOptions(command), ...rare];
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  return [{ words, commands, options, choices }, ...commands.flatMap((each) => nodesOf(each, [...words, each.name()]))];
}

/** `dir` and `file` as commander's placeholders say; a list where the help names one as `a, b or c`. */
function valueKind(option: Option): 'flag' | 'file' | 'directory' | 'other' {
  const placeholder = /<(.+)>/.exec(option.flags)?.[1];
  if (placeholder === undefined) return 'flag';
  return placeholder === 'file' ? 'file' : placeholder === 'dir' ? 'directory' : 'other';
}

/** The words that a flag takes; none where it takes anything. */
function choicesOf(option: Option): readonly string[] {
  const setting = Object.entries(SETTINGS).find(([key]) => `--${key}` === option.long)?.[1];
  return setting === undefined ? [] : wordsOf(setting.schema);
}

function flagsOf(option: Option): string[] {
  return [option.short, option.long].filter((flag) => flag !== undefined);
}

/** zsh runs the same function through its own bash emulation. */
function bashScript(nodes: readonly Node[], isZsh: boolean): string {
  const cases = nodes.map(({ words, commands, options, choices }) => {
    const flags = options.flatMap(flagsOf).join(' ');
    const next = [...commands.map((each) => each.name()), ...choices].join(' ');
    return `    '${words.join(' ')}') commands='${next}' flags='${flags}' ;;`;
  });
  const all = nodes.flatMap(({ options }) => options);
  const named = (kind: ReturnType<typeof valueKind>) =>
    [...new Set(all.filter((option) => valueKind(option) === kind).flatMap(flagsOf))].join('|') || '--';
  const chosen = new Map(all.map((option) => [option.long!, choicesOf(option).join(' ')] as const));
  const choiceCases = [...chosen]
    .filter(([, words]) => words !== '')
    .map(([flag, words]) => `    ${flag}) COMPREPLY=($(compgen -W '${words}' -- "$current")); return ;;\n`);
  const paths = nodes.filter(({ words }) => words.length > 0).map(({ words }) => `'${words.join(' ')}'`);
  const head = isZsh ? '#compdef meridian\nautoload -U +X bashcompinit && bashcompinit\n' : '';
  return `${head}# Completion of meridian: source it, or eval "$(meridian completion ${isZsh ? 'zsh' : 'bash'})".
_meridian() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path='' next word commands flags i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    next="\${path:+$path }$word"
    case "$next" in
    ${paths.join('|')}) path="$next" ;;
    esac
  done
  case "$previous" in
${choiceCases.join('')}    ${named('directory')}) COMPREPLY=($(compgen -d -- "$current")); return ;;
    ${named('file')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
    ${named('other')}) COMPREPLY=(); return ;;
  esac
  case "$path" in
${cases.join('\n')}
  esac
  if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$current"))
  elif [[ -n "$commands" ]]; then COMPREPLY=($(compgen -W "$commands" -- "$current"))
  else COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -o filenames -F _meridian meridian
`;
}

function fishScript(nodes: readonly Node[]): string {
  const lines = nodes.flatMap(({ words, commands, options, choices }) => {
    const isHere = [
      ...words.map((word) => `__fish_seen_subcommand_from ${word}`),
      ...(commands.length > 0
        ? [`not __fish_seen_subcommand_from ${commands.map((each) => each.name()).join(' ')}`]
        : []),
    ].join('; and ');
    const at = `complete -c meridian -n ${quote(isHere)}`;
    return [
      ...commands.map((each) => `${at} -f -a ${each.name()} -d ${quote(each.summary())}`),
      ...(choices.length === 0 ? [] : [`${at} -f -a ${quote(choices.join(' '))}`]),
      ...options.map((option) => {
        const kind = valueKind(option);
        const value =
          kind === 'flag'
            ? ''
            : kind === 'other'
              ? fishWords(choicesOf(option))
              : kind === 'file'
                ? ' -r -F'
                : " -x -a '(__fish_complete_directories)'";
        const short = option.short === undefined ? '' : ` -s ${option.short.slice(1)}`;
        return `${at} -l ${option.long!.slice(2)}${short}${value} -d ${quote(option.description)}`;
      }),
    ];
  });
  return `# Completion of meridian: meridian completion fish > ~/.config/fish/completions/meridian.fish\n${lines.join('\n')}\n`;
}

/** A value that no file is: one of `words`, or anything. */
function fishWords(words: readonly string[]): string {
  return words.length === 0 ? ' -x' : ` -x -a ${quote(words.join(' '))}`;
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
