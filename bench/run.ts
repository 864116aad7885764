// npm run bench: photos per second of the engine in process and over HTTP, and the cost per photo, for photos from a
// messenger, a web page and a camera. Rounds alternate, so that noise affects all measurements equally, and medians are
// printed. Options: --rounds 3 --seconds 5 --images 20000 (for memory, 0 to skip) --sides 500,1600,4000 --peers --demos
import { parseArgs } from 'node:util'
import { residentBytes, startServer, type TestServer } from '../tests/support/server'
import { machine, slowForInt8 } from './machine'
import {
  CLIENTS,
  type InProcess,
  inProcess,
  load,
  median,
  type OverHttp,
  overHttp,
  type Target,
  WORKERS,
} from './measure'
import { startDemos, startPeers } from './peers'
import { photos } from './photos'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    images: { type: 'string', default: '20000' },
    /** Longer sides in pixels. */
    sides: { type: 'string', default: '500,1600,4000' },
    /** Other servers with the same model. */
    peers: { type: 'boolean', default: false },
    /** What most people start with. */
    demos: { type: 'boolean', default: false },
  },
})
const ROUNDS = Number(values.rounds)
const SECONDS = Number(values.seconds)
const SIDES = values.sides.split(',').map(Number)
const MODEL = 'models/efficientnet-lite1-int8'

interface Round {
  inside: InProcess
  http: OverHttp
  peers: Map<string, OverHttp>
  demos: Map<string, OverHttp>
}

async function measure(server: Target, side: number, round: number): Promise<Round> {
  const bodies = await photos(side)
  const when = `round ${round} at ${side} px`
  const http = await overHttp(server, side, SECONDS)
  const others = await peers?.measure(side, SECONDS, when)
  const begun = await demos?.measure(side, SECONDS, when)
  const inside = await inProcess(bodies, SECONDS, http.sender)
  return { http, peers: others ?? new Map(), demos: begun ?? new Map(), inside }
}

/** Resident bytes before and after this many photos of the smallest size. */
async function memory(server: TestServer, url: string, images: number, perSecond: number): Promise<[number, number]> {
  await load({ url }, 500, { seconds: 2, clients: CLIENTS })
  const before = residentBytes(server)
  let sent = 0
  while (sent < images) {
    const seconds = Math.max(1, (images - sent) / perSecond)
    sent += (await load({ url }, 500, { seconds, clients: CLIENTS })).photos
  }
  return [before, residentBytes(server)]
}

/** Values of a missing peer, which aren't printed. */
const NONE = { perSecond: Number.NaN, cpu: Number.NaN, one: Number.NaN }

type Row = [name: string, of: (round: Round) => number, digits: number]

const rows: Row[] = [
  ['photos/s in process', ({ inside }) => inside.perSecond, 0],
  ['photos/s over HTTP', ({ http }) => http.perSecond, 0],
  ['ratio', ({ http, inside }) => http.perSecond / inside.perSecond, 2],
  ['CPU ms/photo in process', ({ inside }) => inside.cpu, 1],
  ['CPU ms/photo over HTTP', ({ http }) => http.cpu, 1],
  ['T_decode, ms', ({ inside }) => inside.decode, 1],
  ['T_run, ms', ({ inside }) => inside.run, 1],
  ['p50, one client, ms', ({ http }) => http.one, 1],
  ['p50 at 80 % load, ms', ({ http }) => http.p50, 1],
  ['p99 at 80 % load, ms', ({ http }) => http.p99, 1],
]

/** A lost peer keeps the values of earlier rounds. */
function serverRows(names: readonly string[], kind: 'peers' | 'demos'): Row[] {
  const of = (round: Round, name: string) => round[kind].get(name) ?? NONE
  const each = names.map((name): Row => [`photos/s, ${name}`, (round) => of(round, name).perSecond, 0])
  const cost = names.map((name): Row => [`CPU ms/photo, ${name}`, (round) => of(round, name).cpu, 1])
  const p50 = names.map((name): Row => [`p50, one client, ms, ${name}`, (round) => of(round, name).one, 1])
  return [...each, ...cost, ...p50]
}

function peerRows(names: readonly string[]): Row[] {
  const best = (round: Round) => Math.max(...[...round.peers.values()].map(({ perSecond }) => perSecond))
  return [...serverRows(names, 'peers'), ['this app / best peer', (round) => round.http.perSecond / best(round), 2]]
}

function demoRows(names: readonly string[]): Row[] {
  const times = names.map((name): Row => {
    return [`this app / ${name}`, ({ http, demos }) => http.perSecond / (demos.get(name) ?? NONE).perSecond, 2]
  })
  return [...serverRows(names, 'demos'), ...times]
}

const started = performance.now()
const server = await startServer({ env: { LOG_LEVEL: 'warn', ENGINE_WORKERS: String(WORKERS) } })
const startUp = performance.now() - started
const target = { url: `${server.url}/api/classify`, pid: server.child.pid as number }
const peers = values.peers ? await startPeers(MODEL) : null
const demos = values.demos ? await startDemos(MODEL) : null
const rounds = new Map<number, Round[]>(SIDES.map((side) => [side, []]))
for (let round = 0; round < ROUNDS; round++) {
  for (const side of SIDES) {
    const one = await measure(target, side, round + 1)
    rounds.get(side)?.push(one)
    console.error(`round ${round + 1}, ${side} px: ${one.http.perSecond.toFixed(0)} photos/s over HTTP`)
  }
}
await Promise.all([peers?.stop(), demos?.stop()])
const rate = median((rounds.get(SIDES[0] as number) ?? []).map(({ http }) => http.perSecond))
const images = Number(values.images)
const resident = images > 0 ? await memory(server, target.url, images, rate) : null
await server.stop()

function cell(side: number, [, of, digits]: Row): string {
  // Without peers, the best of them is −∞.
  const figures = (rounds.get(side) ?? []).map(of).filter((figure) => Number.isFinite(figure) && figure > 0)
  return figures.length > 0 ? median(figures).toFixed(digits) : '–'
}

const table = [...rows, ...(peers ? peerRows(peers.names) : []), ...(demos ? demoRows(demos.names) : [])].map(
  (row) => row[0].padEnd(36) + SIDES.map((side) => cell(side, row).padStart(9)).join(''),
)
console.log(`${machine()}
${[slowForInt8(), `${MODEL}, ${WORKERS} workers, ${CLIENTS} clients,`].filter(Boolean).join('\n')}
median of ${ROUNDS} rounds of ${SECONDS} s; senders on the same cores; in process with an equal load in parallel

${'longer side of the JPEG'.padEnd(36)}${SIDES.map((side) => `${side} px`.padStart(9)).join('')}
${table.join('\n')}

${'from start to ready'.padEnd(36)}${startUp.toFixed(0).padStart(9)} ms`)
if (resident) {
  const [before, after] = resident.map((bytes) => (bytes / 1e6).toFixed(0)) as [string, string]
  console.log(`${'resident, before and after'.padEnd(36)}${before.padStart(9)} MB, ${after} MB after ${images} photos`)
}
for (const loss of [...(peers?.losses ?? []), ...(demos?.losses ?? [])]) console.log(loss)
