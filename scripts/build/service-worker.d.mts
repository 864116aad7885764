export declare function buildServiceWorker(options: {
  base: string
  outfile: string
  next?: string
  more?: readonly string[]
}): Promise<void>
