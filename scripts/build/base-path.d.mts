export declare const OWN: readonly string[]
export declare function basePath(value?: string): string
export declare function builtBasePath(): string
export declare function requireBasePath(): string
