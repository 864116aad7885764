export declare function lighthouse(): string
