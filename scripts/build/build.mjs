// The production build: Next's pages, then the entry points that Node runs.

import { join } from 'node:path'
import { tool } from '../steps.mjs'
import { builtBasePath, requireBasePath } from './base-path.mjs'
import { bundle } from './bundle.mjs'
import { restorePackageNames } from './external-packages.mjs'
import { precompress } from './precompress.mjs'
import { buildServiceWorker } from './service-worker.mjs'

requireBasePath()
if (!tool('next', ['build'], { NEXT_TELEMETRY_DISABLED: '1' })) process.exit(1)
restorePackageNames()
// lib/server/host/built-files.ts serves it as /sw.js.
await buildServiceWorker({ base: builtBasePath(), outfile: join('.next', 'static', 'sw.js') })
await Promise.all([precompress(), bundle()])
