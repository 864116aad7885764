import { Argument, type Command } from 'commander'
import { completionScript, SHELLS, type Shell } from './scripts'
import { commandWords } from './words'

/** `vision completion`: the shell completion script. Added last, because it covers all commands added before it. */
export function completionCommand(program: Command): void {
  program
    .command('completion')
    .description('Print a shell completion script; to use it: source <(vision completion bash)')
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .action((shell: Shell) => {
      process.stdout.write(completionScript(shell, commandWords(program)))
    })
}
