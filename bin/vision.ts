import { fileURLToPath } from 'node:url'
import { run } from '@/cli/main'

// dist/vision.js stands one folder below the project's root.
process.exitCode = await run(process.argv, fileURLToPath(new URL('..', import.meta.url)))
