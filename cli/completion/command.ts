import { Argument, type Command } from 'commander'
import { completionScript, SHELLS, type Shell } from './scripts'
import { commandWords } from './words'

/** `vision completion`: what a shell reads to complete the commands and options. Added last: it knows all that were added before. */
export function completionCommand(program: Command): void {
  program
    .command('completion')
    .description('completion for your shell, as in: source <(vision completion bash)')
    .addArgument(new Argument('<shell>', 'which').choices(SHELLS))
    .action((shell: Shell) => {
      process.stdout.write(completionScript(shell, commandWords(program)))
    })
}
