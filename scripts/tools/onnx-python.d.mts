export function onnxPython(): string
