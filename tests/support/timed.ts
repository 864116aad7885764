/** Measures how long something takes, in milliseconds. */
export async function timed<T>(work: Promise<T>): Promise<{ ms: number; value: T }> {
  const start = performance.now()
  return { value: await work, ms: performance.now() - start }
}
