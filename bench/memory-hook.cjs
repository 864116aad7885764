// Preloaded into a server: after SIGUSR2, it collects its garbage and prints the bytes of its heap.
const { setFlagsFromString } = require('node:v8')
const { runInNewContext } = require('node:vm')

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
process.on('SIGUSR2', () => {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  process.stdout.write(`heap ${heapUsed + external}\n`)
})
