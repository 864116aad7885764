export function textImagePython(): { program: string; env: Record<string, string> }
