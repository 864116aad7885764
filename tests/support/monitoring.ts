import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'

const FOLDER = 'infra/monitoring'
export const ALERTS = `${FOLDER}/alerts.yaml`
export const ALERT_TESTS = `${FOLDER}/alerts.test.yaml`
export const CONFIG = `${FOLDER}/prometheus.yaml`
export const DASHBOARD = `${FOLDER}/dashboard.json`

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own variable.
const source = z.strictObject({ type: z.literal('prometheus'), uid: z.literal('${datasource}') })
const place = z.strictObject({
  x: z.int().min(0).max(23),
  y: z.int().min(0),
  w: z.int().min(1).max(24),
  h: z.int().min(1),
})
const target = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  datasource: source,
  expr: z.string().min(1),
  legendFormat: z.string(),
  format: z.literal('table').optional(),
  instant: z.boolean().optional(),
})
const graph = z.strictObject({
  type: z.enum(['timeseries', 'table']),
  id: z.int().min(1),
  title: z.string().min(1),
  description: z.string(),
  datasource: source,
  gridPos: place,
  // Grafana unit ids: an unknown one would be shown as text after each number.
  fieldConfig: z.strictObject({
    defaults: z.strictObject({
      unit: z.enum(['short', 's', 'bytes', 'percentunit', 'reqps', 'ops']),
      min: z.number().optional(),
      custom: z.record(z.string(), z.unknown()).optional(),
    }),
    overrides: z.tuple([]),
  }),
  targets: z.array(target).min(1),
  options: z.record(z.string(), z.unknown()),
  transformations: z.array(z.strictObject({ id: z.string(), options: z.record(z.string(), z.unknown()) })).optional(),
})
const row = z.strictObject({
  type: z.literal('row'),
  id: z.int().min(1),
  title: z.string().min(1),
  collapsed: z.literal(false),
  gridPos: place.extend({ x: z.literal(0), w: z.literal(24), h: z.literal(1) }),
  panels: z.tuple([]),
})
const variable = z.looseObject({
  name: z.string(),
  label: z.string(),
  type: z.enum(['datasource', 'query']),
  definition: z.string().optional(),
})

/** The Grafana dashboard schema (39), as far as it is used here. */
export const dashboardSchema = z.strictObject({
  uid: z.string().regex(/^[\w-]{1,40}$/),
  title: z.string(),
  tags: z.array(z.string()),
  schemaVersion: z.literal(39),
  version: z.int(),
  editable: z.boolean(),
  graphTooltip: z.literal([0, 1, 2]),
  timezone: z.string(),
  refresh: z.string().regex(/^\d+[smh]$/),
  time: z.strictObject({ from: z.string(), to: z.string() }),
  templating: z.strictObject({ list: z.array(variable) }),
  annotations: z.strictObject({ list: z.tuple([]) }),
  links: z.tuple([]),
  panels: z.array(z.discriminatedUnion('type', [row, graph])),
})

export type Dashboard = z.infer<typeof dashboardSchema>

export const dashboard = (): Dashboard => dashboardSchema.parse(JSON.parse(readFileSync(DASHBOARD, 'utf8')))

/** The dashboard's queries, with values for their variables. */
export function questions(): { title: string; expr: string }[] {
  const values: Record<string, string> = { $__rate_interval: '5m', $job: 'vision', $instance: '.*' }
  return dashboard().panels.flatMap((panel) =>
    panel.type === 'row'
      ? []
      : panel.targets.map(({ expr }) => ({
          title: panel.title,
          expr: expr.replaceAll(/\$\w+/g, (name) => values[name] ?? name),
        })),
  )
}

export interface Rule {
  alert: string
  expr: string
  labels: { severity: string }
}

export const rules = (): Rule[] =>
  (parse(readFileSync(ALERTS, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules)

/** A metric in a query, and the labels that it is filtered or grouped by. */
export interface Asked {
  name: string
  labels: string[]
}

/** PromQL keywords in positions where a name could be. */
const WORDS = new Set(['and', 'or', 'unless', 'by', 'without', 'on', 'ignoring', 'bool', 'offset'])

/** The metrics in an expression. Grouping labels count for each of them. */
export function askedBy(expr: string): Asked[] {
  const grouped = [...expr.matchAll(/\b(?:by|on)\s*\(([^)]*)\)/g)].flatMap(([, list = '']) => names(list))
  const plain = expr.replaceAll(/\b(?:by|on)\s*\([^)]*\)/g, ' ').replaceAll(/\[[^\]]*\]/g, ' ')
  return [...plain.matchAll(/([a-zA-Z_:][\w:]*)\s*(\(|\{([^}]*)\})?/g)].flatMap(([, name = '', next = '', inside]) => {
    if (next === '(' || WORDS.has(name)) return []
    const chosen = [...(inside ?? '').matchAll(/(\w+)\s*[!=]~?/g)].map(([, label = '']) => label)
    return [{ name, labels: [...chosen, ...grouped] }]
  })
}

function names(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
}
