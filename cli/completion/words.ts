import type { Command, Option } from 'commander'

/** An option as it is written, and what may follow it. */
export interface OptionWords {
  long: string
  description: string
  /** Whether something follows it. */
  takesValue: boolean
  /** What may follow, where that is known. */
  choices: readonly string[]
}

/** A command with all below it, by the words that lead to it: '' is the program itself, `models add` one of its commands. */
export interface CommandWords {
  path: string
  /** What may follow it: its commands, or the words that its argument may be. */
  commands: readonly { name: string; description: string }[]
  options: readonly OptionWords[]
}

/** Every command of a program, for who completes them. */
export function commandWords(program: Command): CommandWords[] {
  return below(program, '')
}

function below(command: Command, path: string): CommandWords[] {
  const own = {
    path,
    commands: [
      ...command.commands.map((each) => ({ name: each.name(), description: each.description() })),
      ...command.registeredArguments.flatMap(({ argChoices = [], description }) =>
        argChoices.map((name) => ({ name, description })),
      ),
    ],
    options: command.options.flatMap(optionWords).concat(HELP),
  }
  return [own, ...command.commands.flatMap((each) => below(each, `${path} ${each.name()}`.trim()))]
}

const HELP: OptionWords = { long: '--help', description: 'show help', takesValue: false, choices: [] }

function optionWords({ long, description, required, optional, argChoices }: Option): OptionWords[] {
  if (!long) return []
  return [{ long, description, takesValue: required || optional, choices: argChoices ?? [] }]
}
