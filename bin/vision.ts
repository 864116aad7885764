import { fileURLToPath } from 'node:url'
import { exitWhenIdle } from '@/cli/program/exit-when-idle'
import { run } from '@/cli/program/main'

// dist/vision.js stands one folder below the project's root.
exitWhenIdle(await run(process.argv, fileURLToPath(new URL('..', import.meta.url))))
