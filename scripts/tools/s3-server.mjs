// A real S3-compatible server for tests and benchmarks: moto, from PyPI, in a folder of the project's own.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../steps.mjs'

const FOLDER = join('.cache', 's3-server')
const REQUIREMENT = 'moto[server]==5.2.5'

/** Path of the server's command, installed where it is not there yet. */
export function s3Server() {
  const command = join(FOLDER, 'bin', 'moto_server')
  if (existsSync(command)) return command
  console.error('Installing an S3-compatible server for the tests (once) …')
  const made = python('python3', ['-m', 'venv', FOLDER])
  const installed =
    made && python(join(FOLDER, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', REQUIREMENT])
  if (!installed)
    throw new Error('The tests need Python with venv (Debian: python3-venv) and PyPI for an S3-compatible server.')
  return command
}

function python(command, args) {
  return run(command, args, {}, ['ignore', 'inherit', 'inherit'])
}
