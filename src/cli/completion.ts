/**
 * Scripts that complete `meridian` in a shell, made from commander's own tree, so that they know what the program knows: commands,
 * flags and words of a choice. What takes a file or directory completes as such; other values are the operator's to know.
 */

import type { Command, Option } from 'commander';

/** Shells that a script can be made for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** One command: its words (`['zone', 'fmt']`, none for the program), what may follow, and what its flags take. */
type Node = {
  readonly words: readonly string[];
  readonly commands: readonly Command[];
  readonly options: readonly Option[];
};

/** The script for `shell`. */
export function completionScript(program: Command, shell: Shell): string {
  const nodes = nodesOf(program, []);
  return shell === 'fish' ? fishScript(nodes) : bashScript(nodes, shell === 'zsh');
}

function nodesOf(command: Command, words: readonly string[]): Node[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((each) => each.name() !== 'help');
  const options = help.visibleOptions(command);
  return [{ words, commands, options }, ...commands.flatMap((each) => nodesOf(each, [...words, each.name()]))];
}

/** `dir` and `file` as commander's placeholders say; a list where the help names one as `a, b or c`. */
function valueKind(option: Option): 'flag' | 'file' | 'directory' | 'other' {
  const placeholder = /<(.+)>/.exec(option.flags)?.[1];
  if (placeholder === undefined) return 'flag';
  return placeholder === 'file' ? 'file' : placeholder === 'dir' ? 'directory' : 'other';
}

function flagsOf(option: Option): string[] {
  return [option.short, option.long].filter((flag) => flag !== undefined);
}

/** zsh runs the same function through its own bash emulation. */
function bashScript(nodes: readonly Node[], isZsh: boolean): string {
  const cases = nodes.map(({ words, commands, options }) => {
    const flags = options.flatMap(flagsOf).join(' ');
    return `    '${words.join(' ')}') commands='${commands.map((each) => each.name()).join(' ')}' flags='${flags}' ;;`;
  });
  const all = nodes.flatMap(({ options }) => options);
  const named = (kind: ReturnType<typeof valueKind>) =>
    [...new Set(all.filter((option) => valueKind(option) === kind).flatMap(flagsOf))].join('|') || '--';
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
    ${named('directory')}) COMPREPLY=($(compgen -d -- "$current")); return ;;
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
  const lines = nodes.flatMap(({ words, commands, options }) => {
    const isHere = [
      ...words.map((word) => `__fish_seen_subcommand_from ${word}`),
      ...(commands.length > 0
        ? [`not __fish_seen_subcommand_from ${commands.map((each) => each.name()).join(' ')}`]
        : []),
    ].join('; and ');
    const at = `complete -c meridian -n ${quote(isHere)}`;
    return [
      ...commands.map((each) => `${at} -f -a ${each.name()} -d ${quote(each.summary())}`),
      ...options.map((option) => {
        const kind = valueKind(option);
        const value =
          kind === 'flag'
            ? ''
            : kind === 'other'
              ? ' -x'
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

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
