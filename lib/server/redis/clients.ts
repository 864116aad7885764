import { Cluster, type ClusterOptions, type Command, Redis, type RedisOptions } from 'ioredis'
import type { Watch } from './watch'

/** Replies are told as ioredis has always told them. */
export type OneOptions = Omit<RedisOptions, 'replyMapping'>
export type ManyOptions = Omit<ClusterOptions, 'redisOptions'> & { redisOptions: OneOptions }

/** How a connection is held. */
interface Held {
  /** Knows whether Redis answers, and how long a command may wait. */
  watch: Watch
  /** Its commands may wait for ever. */
  patient: boolean
}

/** By these a connection is made; how long they may take is the silence that closes it. */
const HANDSHAKE = new Set(['hello', 'auth', 'client', 'select', 'info', 'readonly', 'cluster'])

/** What nobody waits for any more is not sent again by a new connection; null where it is to be sent. */
function given(command: Command, { watch, patient }: Held): Promise<unknown> | null {
  if (command.isSettled) return command.promise
  if (!patient && !HANDSHAKE.has(command.name)) command.setTimeout(watch.patience())
  return null
}

/** One server. */
export class OneRedis extends Redis {
  readonly held: Held
  /** It is closed by this process. */
  leaving = false

  constructor(url: string, options: OneOptions, held: Held) {
    super(url, { ...options, lazyConnect: true })
    this.held = held
  }

  override sendCommand(command: Command, stream?: Parameters<Redis['sendCommand']>[1]): unknown {
    return given(command, this.held) ?? super.sendCommand(command, stream)
  }

  override disconnect(reconnect = false): void {
    this.leaving ||= !reconnect
    super.disconnect(reconnect)
  }
}

/** A cluster of them. */
export class ManyRedis extends Cluster {
  readonly held: Held
  leaving = false

  constructor(start: { host: string; port: number }, options: ManyOptions, held: Held) {
    super([start], options)
    this.held = held
  }

  override sendCommand(command: Command, stream?: Parameters<Cluster['sendCommand']>[1], node?: unknown): unknown {
    return given(command, this.held) ?? super.sendCommand(command, stream, node)
  }

  override disconnect(reconnect = false): void {
    this.leaving ||= !reconnect
    super.disconnect(reconnect)
  }
}

/** One server, or a cluster of them; Valkey counts as Redis. */
export type RedisClient = OneRedis | ManyRedis
