// npm run openapi: writes docs/openapi.json from the contract; --check compares instead.
import { readFileSync, writeFileSync } from 'node:fs'
import { openApiDocument } from '@/lib/server/http/openapi/document'

const path = 'docs/openapi.json'
const current = `${JSON.stringify(openApiDocument(), null, 2)}\n`
if (!process.argv.includes('--check')) {
  writeFileSync(path, current)
  console.log(`${path} written`)
} else if (readFileSync(path, 'utf8') !== current) {
  console.error(`${path} is out of date. Run: npm run openapi`)
  process.exitCode = 1
} else {
  console.log(`${path} is up to date`)
}
