import { fileURLToPath } from 'node:url'
import { leave } from '@/cli/program/leave'
import { run } from '@/cli/program/main'

// dist/vision.js stands one folder below the project's root.
leave(await run(process.argv, fileURLToPath(new URL('..', import.meta.url))))
