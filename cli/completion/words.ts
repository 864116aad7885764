import type { Command, Option } from 'commander'

/** An option and its possible values. */
export interface OptionWords {
  long: string
  description: string
  /** Whether it takes a value. */
  takesValue: boolean
  /** Possible values, if known. */
  choices: readonly string[]
}

/** A command, by the words that lead to it: '' is the program itself, `models add` is a subcommand. */
export interface CommandWords {
  path: string
  /** What may follow it: subcommands, or the values of its argument. */
  commands: readonly { name: string; description: string }[]
  options: readonly OptionWords[]
}

/** All commands of a program, for completion. */
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
