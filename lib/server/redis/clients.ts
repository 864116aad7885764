import { Cluster, type ClusterOptions, type Command, Redis, type RedisOptions } from 'ioredis'
import type { RedisMonitor } from './monitor'

/** Replies are told as ioredis has always told them. */
export type SingleOptions = Omit<RedisOptions, 'replyMapping'>
export type ClusterRedisOptions = Omit<ClusterOptions, 'redisOptions'> & { redisOptions: SingleOptions }

/** How a connection is held. */
interface ConnectionContext {
  /** Knows whether Redis answers, and how long a command may wait. */
  monitor: RedisMonitor
  /** Its commands may wait for ever. */
  unbounded: boolean
}

/** By these a connection is made; how long they may take is the silence that closes it. */
const HANDSHAKE = new Set(['hello', 'auth', 'client', 'select', 'info', 'readonly', 'cluster'])

/** What nobody waits for any more is not sent again by a new connection; null where it is to be sent. */
function setDeadline(command: Command, { monitor, unbounded }: ConnectionContext): Promise<unknown> | null {
  if (command.isSettled) return command.promise
  if (!unbounded && !HANDSHAKE.has(command.name)) command.setTimeout(monitor.commandTimeout())
  return null
}

/** One server. */
export class SingleRedis extends Redis {
  readonly context: ConnectionContext
  /** It is closed by this process. */
  closing = false

  constructor(url: string, options: SingleOptions, held: ConnectionContext) {
    super(url, { ...options, lazyConnect: true })
    this.context = held
  }

  override sendCommand(command: Command, stream?: Parameters<Redis['sendCommand']>[1]): unknown {
    return setDeadline(command, this.context) ?? super.sendCommand(command, stream)
  }

  override disconnect(reconnect = false): void {
    this.closing ||= !reconnect
    super.disconnect(reconnect)
  }
}

/** A cluster of them. */
export class ClusterRedis extends Cluster {
  readonly context: ConnectionContext
  closing = false

  constructor(start: { host: string; port: number }, options: ClusterRedisOptions, held: ConnectionContext) {
    super([start], options)
    this.context = held
  }

  override sendCommand(command: Command, stream?: Parameters<Cluster['sendCommand']>[1], node?: unknown): unknown {
    return setDeadline(command, this.context) ?? super.sendCommand(command, stream, node)
  }

  override disconnect(reconnect = false): void {
    this.closing ||= !reconnect
    super.disconnect(reconnect)
  }
}

/** One server, or a cluster of them; Valkey counts as Redis. */
export type RedisClient = SingleRedis | ClusterRedis
