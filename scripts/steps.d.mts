export declare function run(
  command: string,
  args: readonly string[],
  env?: Record<string, string>,
  stdio?: 'inherit' | ('ignore' | 'inherit')[],
): boolean
export declare function sources(root?: string): string[]
export declare function hash(paths: readonly string[]): string
