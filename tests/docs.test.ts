import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PROBLEMS } from '@/lib/shared/problems/problem'

const LONGEST_LINE = 120
/** Written by a program from data: the cards of the models. */
const GENERATED = /^models\/[^/]+-int8\//
const PAGES = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '*.md'], {
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => path !== '' && existsSync(path) && !GENERATED.test(path))
const SCRIPTS = Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).scripts)
/** Folders whose files the documentation names by their path from the root. */
const FOLDERS = ['app', 'bench', 'bin', 'cli', 'components', 'docs', 'infra', 'lib', 'models', 'scripts', 'tests']

/** The lines of a page with their numbers, without code blocks. */
function prose(page: string): [number: number, line: string][] {
  let code = false
  return readFileSync(page, 'utf8')
    .split('\n')
    .map((line, index): [number, string] => [index + 1, line])
    .filter(([, line]) => {
      const fence = /^\s*```/.test(line)
      if (fence) code = !code
      return !code && !fence
    })
}

/** The anchor that GitHub gives a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')
}

function anchors(page: string): Set<string> {
  return new Set(prose(page).flatMap(([, line]) => (/^#+ /.test(line) ? [anchor(line.replace(/^#+ /, ''))] : [])))
}

/** The targets of a page's links and images that aren't URLs. */
function links(page: string): [number: number, target: string][] {
  return prose(page).flatMap(([number, line]) => {
    const text = line.replace(/`[^`]*`/g, '')
    const targets = [
      ...text.matchAll(/\]\(([^)\s]+)\)/g),
      ...text.matchAll(/^\[[^\]]+\]: (\S+)/g),
      ...text.matchAll(/(?:src|srcset)="([^"]+)"/g),
    ].map(([, target]) => target as string)
    return targets.filter((target) => !/^[a-z]+:/.test(target)).map((target): [number, string] => [number, target])
  })
}

/** A line that can't be broken: a table row, or a single link or code span. */
function unbreakable(line: string): boolean {
  const words = line
    .trim()
    .replace(/^([-*]|\d+\.)\s+/, '')
    .replace(/`[^`]*`|\[[^\]]*\]\([^)]*\)/g, (span) => span.replaceAll(' ', '_'))
  return line.startsWith('|') || !words.includes(' ') || /^\[[^\]]+\]: /.test(line)
}

test('finds the documentation', () => {
  expect(PAGES).toEqual(expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'docs/api.md']))
})

test('docs/api.md lists every error code with its status', () => {
  const listed = prose('docs/api.md').flatMap(([, line]) => {
    const [, status, code] = /^\| (\d{3}) +\| `(\w+)`/.exec(line) ?? []
    return code === undefined ? [] : [`${status} ${code}`]
  })
  const codes = Object.entries(PROBLEMS).map(([code, [status]]) => `${status} ${code}`)
  expect(listed.sort()).toEqual(codes.sort())
})

test('docs/troubleshooting.md names error codes that exist', () => {
  const named = prose('docs/troubleshooting.md').flatMap(([, line]) =>
    line.startsWith('### ') ? [...line.matchAll(/`(\w+)`/g)].map(([, code]) => code as string) : [],
  )
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((code) => !Object.hasOwn(PROBLEMS, code))).toEqual([])
})

describe.each(PAGES)('%s', (page) => {
  test('has links to files and headings that exist', () => {
    const broken = links(page).flatMap(([number, target]) => {
      const [path = '', hash] = target.split('#')
      const file = path === '' ? page : relative('', join(dirname(page), path))
      if (!existsSync(file)) return [`line ${number}: ${target}`]
      return hash !== undefined && !anchors(file).has(hash) ? [`line ${number}: ${target}`] : []
    })
    expect(broken).toEqual([])
  })

  test('has lines of at most 120 characters', () => {
    const long = prose(page).filter(([, line]) => line.length > LONGEST_LINE && !unbreakable(line))
    expect(long.map(([number, line]) => `line ${number}: ${line}`)).toEqual([])
  })

  test('names npm scripts that exist', () => {
    const named = [...readFileSync(page, 'utf8').matchAll(/npm run ([a-z][a-z0-9:]*)/g)].map(([, name]) => name)
    expect(named.filter((name) => !SCRIPTS.includes(name as string))).toEqual([])
  })

  test('names files that exist', () => {
    const path = new RegExp(`\`((?:${FOLDERS.join('|')})/[\\w./@-]+)\``, 'g')
    const named = [...readFileSync(page, 'utf8').matchAll(path)].map(([, name]) => name as string)
    expect(named.filter((name) => !existsSync(name))).toEqual([])
  })
})
