import type { CommandWords, OptionWords } from './words'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** A shell script that completes the commands and options of `vision`, and file names where nothing else applies. */
export function completionScript(shell: Shell, words: readonly CommandWords[]): string {
  if (shell === 'fish') return fish(words)
  return shell === 'zsh' ? `autoload -U +X bashcompinit && bashcompinit\n${bash(words)}` : bash(words)
}

/** The words before the cursor determine the command, each of which has its own subcommands and options. */
function bash(words: readonly CommandWords[]): string {
  const cases = words.map(
    ({ path, commands, options }) =>
      `    ${shellQuote(path)}) commands=${shellQuote(list(commands.map(({ name }) => name)))}; options=${shellQuote(list(options.map(({ long }) => long)))} ;;`,
  )
  const values = words.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(
        ({ long, choices }) => `    ${shellQuote(`${path}|${long}`)}) takes=1; choices=${shellQuote(list(choices))} ;;`,
      ),
  )
  return `# Completion of vision for bash; zsh reads it by bashcompinit.
_vision_command() {
  commands='' options=''
  case "$1" in
${cases.join('\n')}
    *) return 1 ;;
  esac
}
_vision_value() {
  takes='' choices=''
  case "$1|$2" in
${values.join('\n')}
  esac
}
_vision() {
  local commands options takes choices path='' word at
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  for ((at = 1; at < COMP_CWORD; at++)); do
    word="\${COMP_WORDS[at]}"
    [[ $word == -* ]] && continue
    _vision_command "\${path:+$path }$word" && path="\${path:+$path }$word"
  done
  _vision_value "$path" "$before"
  if [[ -n $takes ]]; then
    if [[ -n $choices ]]; then COMPREPLY=($(compgen -W "$choices" -- "$current")); else COMPREPLY=($(compgen -f -- "$current")); fi
    return
  fi
  _vision_command "$path"
  if [[ $current == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [[ -n $commands ]]; then COMPREPLY=($(compgen -W "$commands" -- "$current"))
  else COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _vision vision
`
}

function fish(words: readonly CommandWords[]): string {
  const lines = words.flatMap(({ path, commands, options }) => {
    const below = commands.map(({ name }) => name)
    const here = [
      ...path.split(' ').flatMap((word) => (word === '' ? [] : [`__fish_seen_subcommand_from ${word}`])),
      ...(below.length > 0 ? [`not __fish_seen_subcommand_from ${below.join(' ')}`] : []),
    ].join('; and ')
    const at = here === '' ? '' : ` -n ${shellQuote(here)}`
    return [
      ...commands.map(({ name, description }) => `complete -c vision${at} -f -a ${name} -d ${shellQuote(description)}`),
      ...options.map((option) => `complete -c vision${at} ${fishOption(option)}`),
    ]
  })
  return `# Completion of vision for fish.\n${lines.join('\n')}\n`
}

function fishOption({ long, description, takesValue, choices }: OptionWords): string {
  const value = choices.length > 0 ? ` -x -a ${shellQuote(list(choices))}` : takesValue ? ' -r' : ''
  return `-l ${long.replace(/^--/, '')}${value} -d ${shellQuote(description)}`
}

const list = (words: readonly string[]) => words.join(' ')

/** Quotes any text as a single shell word. */
function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
