import { Cluster, type ClusterOptions, type Command, Redis, type RedisOptions } from 'ioredis'
import type { RedisMonitor } from './monitor'

/** Replies keep the form that ioredis has always used. */
export type SingleOptions = Omit<RedisOptions, 'replyMapping'>
export type ClusterRedisOptions = Omit<ClusterOptions, 'redisOptions'> & { redisOptions: SingleOptions }

/** The context of a connection. */
interface ConnectionContext {
  /** Knows whether Redis responds, and how long a command may take. */
  monitor: RedisMonitor
  /** Its commands may wait forever. */
  unbounded: boolean
}

/** Commands that set up a connection. They are limited by the silence that closes it. */
const HANDSHAKE = new Set(['hello', 'auth', 'client', 'select', 'info', 'readonly', 'cluster'])

/**
 * Returns the outcome of a command that has already failed, so that a new connection doesn't send it again; null to
 * send it.
 */
function setDeadline(command: Command, { monitor, unbounded }: ConnectionContext): Promise<unknown> | null {
  if (command.isSettled) return command.promise
  if (!unbounded && !HANDSHAKE.has(command.name)) command.setTimeout(monitor.commandTimeout())
  return null
}

/** A single server. */
export class SingleRedis extends Redis {
  readonly context: ConnectionContext
  /** This process is closing it. */
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

/** A cluster. */
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

/** A single server or a cluster; Valkey counts as Redis. */
export type RedisClient = SingleRedis | ClusterRedis
