import { readFileSync } from 'node:fs'
import { fromRoot } from '../config/root'

/** The version of this app. */
export function ownVersion(): string {
  return versionIn('package.json')
}

/** The installed version of ONNX Runtime, without loading its library. */
export function runtimeVersion(): string {
  return versionIn('node_modules/onnxruntime-node/package.json')
}

function versionIn(path: string): string {
  return (JSON.parse(readFileSync(fromRoot(path), 'utf8')) as { version: string }).version
}
