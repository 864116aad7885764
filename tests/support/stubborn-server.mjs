// A server with two processes on PORT that answers everything and ignores every signal it can. With DIES, its first
// process exits on the first photo.
import cluster from 'node:cluster'
import { createServer } from 'node:http'

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})
if (cluster.isPrimary) {
  for (let i = 0; i < 2; i++) cluster.fork()
} else {
  createServer((request, response) => {
    if (request.url !== '/health' && process.env.DIES) process.kill(process.ppid, 'SIGKILL')
    request.resume().on('end', () => response.end('{}'))
  }).listen(Number(process.env.PORT), '127.0.0.1')
}
