// The production build: Next's pages, then the entry points that Node runs.

import { tool } from '../steps.mjs'
import { requireBasePath } from './base-path.mjs'
import { bundle } from './bundle.mjs'
import { restorePackageNames } from './external-packages.mjs'
import { precompress } from './precompress.mjs'

requireBasePath()
if (!tool('next', ['build'], { NEXT_TELEMETRY_DISABLED: '1' })) process.exit(1)
restorePackageNames()
await Promise.all([precompress(), bundle()])
