import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve, sep } from 'node:path'
import type { Command } from 'commander'
import { childEnvironment } from '@/lib/server/config/environment'
import type { CommandContext } from '../program/context'
import { EXIT, Failure } from '../program/exit'

/** As in `npm start`; see docs/configuration.md. */
const OLD_SPACE = '--initial-old-space-size=256'

/** `vision serve`: runs the web server until Ctrl-C. */
export function serveCommand(program: Command, { root }: CommandContext): void {
  program
    .command('serve')
    .description('Start the server with the web pages and the API (other settings: environment variables)')
    .option('--port <n>', 'port to listen on')
    .option('--host <address>', 'address to listen on')
    .action(async ({ port, host }: { port?: string; host?: string }) => {
      const extra = { ...(port ? { PORT: port } : {}), ...(host ? { HOST: host } : {}) }
      const child = spawn(process.execPath, [OLD_SPACE, join(root, 'dist', 'server.js')], {
        stdio: 'inherit',
        env: childEnvironment(extra, isPackage(root) ? { DATA_DIR: resolve('vision-data') } : {}),
      })
      // In a terminal, Ctrl-C also reaches the child directly; it stops only once.
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
      const [code] = await once(child, 'exit')
      if (code !== 0) throw new Failure(EXIT.failed, `The server exited with code ${code}.`)
    })
}

/** Whether this is an installed package: npm removes its folder with every update, so data must not be kept in it. */
function isPackage(root: string): boolean {
  return root.split(sep).includes('node_modules')
}
