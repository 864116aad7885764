import type { ServerHttp2Stream } from 'node:http2'
import { Problem } from '@/lib/shared/problems/problem'
import { tooLarge } from '../http/body'
import { PACE, tooSlow } from '../http/body-chunks'
import type { Reservation } from '../http/memory-budget'

/** Before each message: a byte that says whether it is compressed, and its length (big-endian, four bytes). */
const PREFIX_BYTES = 5
/** How long a call's message may take in any case (milliseconds), as over HTTP. */
const MOST_MS = 120_000

/**
 * Watches the one message of a call arrive. Its bytes are reserved as they come, and for a compressed one as many as it
 * may unpack to; its sender must keep the pace of an upload over HTTP.
 */
export class Arrival {
  private prefix = Buffer.alloc(0)
  private bytes = 0
  private leftMs = PACE.graceMs
  private since = performance.now()
  private timer: NodeJS.Timeout | undefined
  private readonly end = setTimeout(() => this.fail(tooSlow()), MOST_MS)

  /**
   * @param stream that nothing has read from yet
   * @param limit of the message, in bytes
   * @param refuse called at most once, with `too_large`, `too_slow`, `queue_full` or `invalid_parameter`
   */
  constructor(
    private readonly stream: ServerHttp2Stream,
    private readonly limit: number,
    private readonly reservation: Reservation,
    private readonly refuse: (problem: Problem) => void,
  ) {
    // Before the reader of messages, so that it doesn't get what was refused.
    stream.prependListener('data', this.onData)
    stream.once('end', this.stop)
    this.expectMore()
  }

  /** The message is there, and this long without compression. */
  complete(bytes: number): void {
    void this.reservation.hold('unpacked', Math.max(0, bytes - this.bytes))
  }

  readonly stop = (): void => {
    clearTimeout(this.timer)
    clearTimeout(this.end)
    this.stream.off('data', this.onData)
    this.stream.off('end', this.stop)
  }

  private readonly onData = (chunk: Buffer): void => {
    try {
      this.count(chunk)
      this.expectMore()
    } catch (error) {
      this.fail(error as Problem)
    }
  }

  private count(chunk: Buffer): void {
    const now = performance.now()
    const earned = (1000 * chunk.byteLength) / PACE.bytesPerSecond
    this.leftMs = Math.min(PACE.graceMs, this.leftMs - (now - this.since) + earned)
    this.since = now
    this.bytes += chunk.byteLength
    if (this.prefix.byteLength < PREFIX_BYTES) {
      this.prefix = Buffer.concat([this.prefix, chunk.subarray(0, PREFIX_BYTES - this.prefix.byteLength)])
      if (this.prefix.byteLength === PREFIX_BYTES) this.expect(this.prefix.readUInt8(0) === 1)
    }
    if (this.prefix.byteLength === PREFIX_BYTES && this.bytes > PREFIX_BYTES + this.declared)
      throw new Problem('invalid_parameter', 'The call has more than one message.')
    this.reservation.take(chunk.byteLength)
  }

  private get declared(): number {
    return this.prefix.readUInt32BE(1)
  }

  /** Refuses early what doesn't fit. */
  private expect(compressed: boolean): void {
    if (this.declared > this.limit) throw tooLarge(this.limit)
    this.reservation.require(compressed ? this.limit : this.declared)
    if (compressed) void this.reservation.hold('unpacked', this.limit)
  }

  private expectMore(): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.fail(tooSlow()), this.leftMs)
  }

  private fail(problem: Problem): void {
    this.stop()
    this.refuse(problem)
  }
}
