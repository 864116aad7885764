import { Argument, type Command } from 'commander'
import { completionScript, SHELLS, type Shell } from './scripts'
import { commandWords } from './words'

/** `vision completion`: what a shell reads to complete the commands and options. Added last: it knows all that were added before. */
export function completionCommand(program: Command): void {
  program
    .command('completion')
    .description('Print a shell completion script; to use it: source <(vision completion bash)')
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .action((shell: Shell) => {
      process.stdout.write(completionScript(shell, commandWords(program)))
    })
}
