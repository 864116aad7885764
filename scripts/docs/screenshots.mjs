// npm run screenshots: takes screenshots of every page of the production build, in docs/screenshots.
import { buildOnce, install, requireNode, tool } from '../steps.mjs'

requireNode()
if (!install() || !buildOnce()) process.exit(1)
process.exit(tool('tsx', ['scripts/docs/screenshots.ts']) ? 0 : 1)
