import { cpuSeconds } from './cpu'
import { median } from './measure'

/** Requests at once. */
const CLIENTS = 4

/** One way to send a photo to a server. */
export interface Way {
  name: string
  /** Process ID of the server. */
  pid: number
  /** Sends the photo once. */
  send(): Promise<void>
}

/**
 * Compares the CPU time per photo of servers, their worker processes included: each round sends `photos` photos in each
 * way, and a round more comes first. Prints the median, and the median of the ratios to the first way of the same round.
 */
export async function compareCpu(ways: readonly Way[], rounds: number, photos: number): Promise<void> {
  const all: number[][] = []
  for (let round = -1; round < rounds; round++) {
    const times: number[] = []
    for (const way of ways) times.push(await measure(way, photos))
    if (round >= 0) all.push(times)
  }
  for (const [at, { name }] of ways.entries()) {
    const ms = median(all.map((times) => times[at] ?? Number.NaN))
    const ratio = median(all.map((times) => (times[at] ?? Number.NaN) / (times[0] ?? Number.NaN)))
    console.log(`${name.padEnd(44)}${ms.toFixed(2).padStart(8)} ms${ratio.toFixed(3).padStart(8)}`)
  }
  console.log()
}

/** CPU milliseconds per photo. */
async function measure({ pid, send }: Way, photos: number): Promise<number> {
  const before = cpuSeconds(pid)
  let left = photos
  async function client(): Promise<void> {
    while (left-- > 0) await send()
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  return (1000 * (cpuSeconds(pid) - before)) / photos
}
