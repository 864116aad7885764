// npm run configuration: generates the options in docs/configuration.md, and .env.example, from
// lib/server/config/options.ts; --check compares instead.
import { readFileSync, writeFileSync } from 'node:fs'
import { configurationList, exampleEnvironment } from './configuration-text'

const [BEGIN, END] = ['<!-- options -->\n', '<!-- /options -->\n']
const DOCUMENT = 'docs/configuration.md'

const document = readFileSync(DOCUMENT, 'utf8')
const [before = '', rest = ''] = document.split(BEGIN)
const after = rest.split(END)[1] ?? ''
const wanted = {
  [DOCUMENT]: `${before}${BEGIN}\n${configurationList()}\n${END}${after}`,
  '.env.example': exampleEnvironment(),
}
for (const [path, text] of Object.entries(wanted)) {
  if (!process.argv.includes('--check')) {
    writeFileSync(path, text)
    console.log(`${path} written`)
  } else if (readFileSync(path, 'utf8') !== text) {
    console.error(`${path} is out of date. Run: npm run configuration`)
    process.exitCode = 1
  }
}
