// npm run screenshots: pictures of every page into docs/screenshots, of the production build.
import { buildOnce, install, requireNode, tool } from '../steps.mjs'

requireNode()
if (!install() || !buildOnce()) process.exit(1)
process.exit(tool('tsx', ['scripts/docs/screenshots.ts']) ? 0 : 1)
