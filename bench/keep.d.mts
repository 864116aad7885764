import type { ChildProcess } from 'node:child_process'

export declare function keep(
  command: string,
  args: readonly string[],
  options?: { cwd?: string; env?: NodeJS.ProcessEnv; output?: 'inherit' | 'errors' },
): ChildProcess
