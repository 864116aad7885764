import { fileURLToPath } from 'node:url'
import { prestart } from '@/lib/server/runtime/prestart'

// dist/server.js is one folder below the project root; relative paths in the environment are resolved from there.
process.chdir(fileURLToPath(new URL('..', import.meta.url)))
prestart()
await import('./start-server')
