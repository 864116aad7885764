import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { promtool } from '../../scripts/tools/linters.mjs'
import {
  ALERT_TESTS,
  ALERTS,
  askedBy,
  CONFIG,
  DASHBOARD,
  dashboard,
  dashboardSchema,
  questions,
  rules,
} from '../support/monitoring'

let tool: string | null
let folder: string
beforeAll(() => {
  tool = promtool()
  folder = mkdtempSync(join(tmpdir(), 'monitoring-'))
  cpSync('infra/monitoring', folder, { recursive: true })
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true }))

const NEEDED = 'promtool is needed (Debian: apt install prometheus)'

function check(...args: string[]): { ok: boolean; said: string } {
  const { status, stdout, stderr } = spawnSync(tool as string, args, { encoding: 'utf8' })
  return { ok: status === 0, said: stdout + stderr }
}

/** A copy of the file with a mistake. */
function broken(path: string, from: string, to: string): string {
  const text = readFileSync(path, 'utf8')
  expect(text).toContain(from)
  const file = join(folder, `broken-${path.split('/').at(-1)}`)
  writeFileSync(file, text.replace(from, to))
  return file
}

describe('alerts', () => {
  test('promtool accepts the rules and the configuration, and finds a mistake', ({ skip }) => {
    if (tool === null) skip(NEEDED)
    expect(check('check', 'rules', '--lint-fatal', ALERTS)).toMatchObject({ ok: true })
    expect(check('check', 'config', '--lint-fatal', CONFIG)).toMatchObject({ ok: true })
    expect(check('check', 'rules', broken(ALERTS, 'sum(rate(', 'sum(rat(')).ok).toBe(false)
    expect(check('check', 'config', broken(CONFIG, 'scrape_interval', 'scrape_intervall')).ok).toBe(false)
  })

  test('alerts fire when they should, and not in normal operation', ({ skip }) => {
    if (tool === null) skip(NEEDED)
    expect(check('test', 'rules', ALERT_TESTS)).toMatchObject({ ok: true })
    // Without its condition, the test of a rule fails.
    writeFileSync(join(folder, 'alerts.yaml'), readFileSync(ALERTS, 'utf8').replace('{reason!="lease"}', ''))
    expect(check('test', 'rules', join(folder, 'alerts.test.yaml')).ok).toBe(false)
  })

  test('every alert has a test and is documented', () => {
    const tests = readFileSync(ALERT_TESTS, 'utf8')
    const manual = readFileSync('docs/operations.md', 'utf8')
    for (const { alert, labels } of rules()) {
      expect([alert, tests.includes(`alertname: ${alert}\n`)]).toEqual([alert, true])
      expect([alert, manual.includes(`\`${alert}\``)]).toEqual([alert, true])
      expect(['page', 'ticket']).toContain(labels.severity)
    }
  })
})

describe('the dashboard', () => {
  test('is a Grafana dashboard whose panels do not overlap, and a mistake is found', () => {
    const { panels } = dashboard()
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const cells = new Set<string>()
    for (const { title, gridPos } of panels) {
      expect([title, gridPos.x + gridPos.w <= 24]).toEqual([title, true])
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect([title, cells.has(`${x},${y}`)]).toEqual([title, false])
          cells.add(`${x},${y}`)
        }
      }
    }
    const wrong = JSON.parse(readFileSync(DASHBOARD, 'utf8'))
    wrong.panels[1].fieldConfig.defaults.unit = 'seconds'
    expect(dashboardSchema.safeParse(wrong).success).toBe(false)
  })

  test('queries only the selected servers in PromQL', ({ skip }) => {
    const chosen = new Set(dashboard().templating.list.map(({ name }) => name))
    expect([...chosen]).toEqual(['datasource', 'job', 'instance'])
    for (const { title, expr } of questions()) {
      expect([title, expr.includes('$')]).toEqual([title, false])
      for (const { name, labels } of askedBy(expr)) {
        expect([title, name, labels]).toEqual([title, name, expect.arrayContaining(['job', 'instance'])])
      }
    }
    if (tool === null) skip(NEEDED)
    const group = { name: 'panels', rules: questions().map(({ expr }, at) => ({ record: `panel:${at}`, expr })) }
    const file = join(folder, 'panels.yaml')
    writeFileSync(file, JSON.stringify({ groups: [group] }))
    expect(check('check', 'rules', file)).toMatchObject({ ok: true })
    group.rules[0]!.expr += ')'
    writeFileSync(file, JSON.stringify({ groups: [group] }))
    expect(check('check', 'rules', file).ok).toBe(false)
  })
})
