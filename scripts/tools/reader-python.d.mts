export function readerPython(): string
