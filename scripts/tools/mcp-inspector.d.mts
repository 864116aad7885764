export function mcpInspector(): string
