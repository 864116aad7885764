import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { Peers } from '../../bench/peers'
import { below, peer, running } from '../support/bench-peers'

let run: ChildProcess | undefined
let started: number[] = []
afterEach(() => {
  run?.kill('SIGKILL')
  // If a test fails, its processes must not outlive it.
  for (const pid of running(started)) process.kill(pid, 'SIGKILL')
})

/** Starts a run and waits until it has the given number of descendant processes. */
async function begin(args: string[], least: number): Promise<void> {
  run = spawn(process.execPath, args, { stdio: 'ignore' })
  await expect
    .poll(() => below(run?.pid as number).length, { timeout: 40_000, interval: 100 })
    .toBeGreaterThanOrEqual(least)
  started = below(run.pid as number)
}

// Two keepers and two servers with two processes each.
const PEERS = 8

test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
  'peers and all their processes end with a run ended by %s, even if they ignore signals',
  async (signal) => {
    await begin(['--import', 'tsx', 'tests/support/bench-run.ts'], PEERS)
    run?.kill(signal)
    await expect.poll(() => running(started), { timeout: 10_000, interval: 100 }).toEqual([])
  },
)

// The keeper, the run, its server and the server's two workers.
const RUN = 5

test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  'npm run bench leaves no process behind when ended by %s',
  async (signal) => {
    await begin(['bench/bench.mjs', '--images', '0'], RUN)
    run?.kill(signal)
    await expect.poll(() => running(started), { timeout: 10_000, interval: 100 }).toEqual([])
  },
)

test('a run that loses a peer, or cannot start one, reports it and continues with the others', async () => {
  const absent = { ...peer('absent'), command: 'no-such-command' }
  const peers = await Peers.start([peer('frail', true), absent, peer('sound')])
  try {
    expect(peers.names).toEqual(['frail', 'sound'])
    expect(peers.losses).toEqual(['absent did not start, it stopped with 127'])
    const found = await peers.measure(500, 0.2, 'round 1 at 500 px')
    expect([...found.keys()]).toEqual(['sound'])
    expect(found.get('sound')?.perSecond).toBeGreaterThan(1)
    const reason = expect.stringMatching(/^frail failed in round 1 at 500 px and is excluded from then on: ./)
    expect(peers.losses).toEqual([expect.any(String), reason])
    started = below(process.pid)
  } finally {
    await peers.stop()
    await peers.stop()
  }
  expect(below(process.pid).filter((pid) => started.includes(pid) && /keeper\.mjs/.test(commandOf(pid)))).toEqual([])
})

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // Ended in the meantime.
  }
}

test('results include the capabilities of the CPU', () => {
  const { stdout } = spawnSync(process.execPath, ['bench/bench.mjs', 'results', '--rows', '10'], { encoding: 'utf8' })
  const flags = readFileSync('/proc/cpuinfo', 'utf8')
  const [line = ''] = stdout.split('\n')
  const pairs = [
    ['avx2', 'AVX2'],
    ['avx512f', 'AVX-512'],
    ['avx512_vnni', 'AVX-512 VNNI'],
    ['avx_vnni', 'AVX-VNNI'],
    ['asimddp', 'NEON dot product'],
  ] as const
  const [told = '', without = ''] = /\((.*)\), Node/.exec(line)?.[1]?.split('; ') ?? []
  for (const [flag, name] of pairs) {
    const has = new RegExp(`\\b${flag}\\b`).test(flags)
    expect([line, name, told.split(', ').includes(name)]).toEqual([line, name, has])
    if (has) expect(without).not.toContain(`${name},`)
  }
})
