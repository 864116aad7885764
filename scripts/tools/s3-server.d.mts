export function s3Server(): string
