export function clientPython(): string
