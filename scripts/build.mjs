// The production build: Next's pages, then the entries that Node runs.
import { requireBasePath } from './base-path.mjs'
import { bundle } from './bundle.mjs'
import { tool } from './steps.mjs'

requireBasePath()
if (!tool('next', ['build'], { NEXT_TELEMETRY_DISABLED: '1' })) process.exit(1)
await bundle()
