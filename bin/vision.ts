import { fileURLToPath } from 'node:url'
import { exitWhenIdle } from '@/cli/program/exit-when-idle'
import { run } from '@/cli/program/main'

// dist/vision.js is one folder below the project root.
exitWhenIdle(await run(process.argv, fileURLToPath(new URL('..', import.meta.url))))
