export declare function registryModels(): { nsfw: string; orientation: string }
