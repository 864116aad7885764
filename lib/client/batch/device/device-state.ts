/** How a batch of this device is kept while it runs. */
export interface DeviceState {
  /**
   * Whether this browser keeps the photos until they have results, so that a closed tab can go on: `copying` until all
   * are kept, `no_room` if they are too many bytes, `off` if this browser keeps nothing.
   */
  keeping: 'copying' | 'kept' | 'no_room' | 'off'
  /** Photos that aren't kept yet. */
  toKeep: number
  /** Bytes of the photos that were added, and bytes that this browser has room for; null if it doesn't say. */
  bytes: number
  room: number | null
  /** Bytes of the model so far, and in total; null when it is loaded. */
  loading: { received: number; total: number } | null
}
