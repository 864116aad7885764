export declare function venvProgram(folder: string, name: string): string
export declare function createVenv(
  folder: string,
  packages: readonly string[],
  purpose: string,
  options?: { output?: 'inherit' | 'ignore' },
): void
export declare function unpackPackages(folder: string, packages: readonly string[], purpose: string): void
export declare function installUv(): boolean
