export declare function run(
  command: string,
  args: readonly string[],
  env?: Record<string, string>,
  stdio?: 'inherit' | 'ignore' | ('ignore' | 'inherit')[],
  options?: { cwd?: string; timeout?: number; name?: string },
): boolean
export declare function npm(args: readonly string[], options?: { cwd?: string }): boolean
export declare function toolScript(name: string): string
export declare function sources(root?: string): string[]
export declare function hash(paths: readonly string[]): string

/** The arguments for Node that start the production server. */
export const SERVER: readonly string[]
