import { readFileSync } from 'node:fs'
import { fromPackage, fromRoot } from '../config/root'

/** The version of this app. */
export function ownVersion(): string {
  return versionIn(fromRoot('package.json'))
}

/** The installed version of ONNX Runtime, without loading its library. */
export function runtimeVersion(): string {
  return versionIn(fromPackage('onnxruntime-node/package.json'))
}

function versionIn(path: string): string {
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}
