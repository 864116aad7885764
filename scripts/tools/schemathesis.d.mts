export function schemathesis(): string
export function specValidator(): string
