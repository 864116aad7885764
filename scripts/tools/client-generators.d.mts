export function clientGenerators(): string
export function pythonClientGenerator(program: 'mypy' | 'openapi-python-client' | 'python'): string
