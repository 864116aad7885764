export function schemathesis(): string
