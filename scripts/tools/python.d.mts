export declare function venvProgram(folder: string, name: string): string
export declare function createVenv(
  folder: string,
  packages: readonly string[],
  purpose: string,
  options?: { output?: 'inherit' | 'ignore'; target?: string },
): void
