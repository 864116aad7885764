export function arraysPython(): string
