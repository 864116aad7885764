// npm run protos: writes lib/server/grpc/protos/descriptor.json from the .proto files next to it, so that the server needs
// no file of its own for them; --check compares instead.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import protobuf from 'protobufjs'

const FOLDER = 'lib/server/grpc/protos'
const path = join(FOLDER, 'descriptor.json')

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.proto'))
// One after the other, so that their order is always the same.
const root = new protobuf.Root().loadSync(
  files.sort().map((name) => join(FOLDER, name)),
  { keepCase: true },
)
const current = `${JSON.stringify(root.toJSON(), null, 2)}\n`
if (!process.argv.includes('--check')) {
  writeFileSync(path, current)
  console.log(`${path} written`)
} else if (readFileSync(path, 'utf8') !== current) {
  console.error(`${path} is out of date. Run: npm run protos`)
  process.exitCode = 1
}
