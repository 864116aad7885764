import { type Graph, type Invariant, one, type Resource, unsealed } from '../graph'
import { enumOf, nestedSchema, type Property, type Schema, schemaOf } from './schema'

/** Problems with a value according to the provider's types. */
function wrong(path: string, property: Property, given: unknown): string[] {
  const value = unsealed(given)
  // Policies are documents of a different kind, which tests/infra/invariants/permissions.ts reads.
  if (value === null || value === undefined || /PolicyDocument/.test(property.type)) return []
  const nested = /inputs\.(\w+\.\w+)/.exec(property.type)?.[1]
  if (property.type.endsWith('[]')) {
    if (!Array.isArray(value)) return [`${path} is not a list`]
    const each = { ...property, type: property.type.slice(0, -2) }
    return value.flatMap((part, i) => wrong(`${path}[${i}]`, each, part))
  }
  if (nested !== undefined)
    return typeof value === 'object' ? fields(path, nestedSchema(nested), value) : [`${path} is not an object`]
  if (property.type.startsWith('{')) return typeof value === 'object' ? [] : [`${path} is not an object`]
  return scalar(path, property, value)
}

function scalar(path: string, property: Property, value: unknown): string[] {
  const kinds = ['string', 'number', 'boolean'].filter((kind) => new RegExp(`\\b${kind}\\b`).test(property.type))
  const listed = /enums\.(\w+(?:\.\w+)?)/.exec(property.type)?.[1]
  const known = listed === undefined ? [] : enumOf(listed)
  if (known.length > 0 && !known.includes(String(value)))
    return [`${path} is ${value}, which is unknown to the provider`]
  if (known.length === 0 && kinds.length > 0 && !kinds.includes(typeof value) && typeof value !== 'object')
    return [`${path} is a ${typeof value}`]
  return [...unlisted(path, property, value), ...outside(path, property, value)]
}

function unlisted(path: string, { values, multipleOf }: Property, value: unknown): string[] {
  if (values === null || typeof value === 'object' || values.includes(String(value))) return []
  if (multipleOf !== null && Number(value) > 0 && Number(value) % multipleOf === 0) return []
  const more = multipleOf === null ? '' : ` and multiples of ${multipleOf}`
  return [`${path} is ${value}; allowed are ${values.join(', ')}${more}`]
}

function outside(path: string, { range }: Property, value: unknown): string[] {
  if (range === null) return []
  const size = range.ofLength ? String(value).length : Number(value)
  return size < range.least || size > range.most ? [`${path} is ${value}; from ${range.least} to ${range.most}`] : []
}

function fields(path: string, schema: Schema, value: object): string[] {
  const missing = [...schema]
    .filter(([name, { optional }]) => !optional && !(name in value))
    .map(([name]) => `${path} has no ${name}`)
  const rest = Object.entries(value).flatMap(([name, part]) => {
    const property = schema.get(name)
    return property === undefined
      ? [`${path} has ${name}, which is unknown to the provider`]
      : wrong(`${path}.${name}`, property, part)
  })
  return [...missing, ...rest]
}

function check({ name, type, inputs }: Resource): string[] {
  const schema = schemaOf(type)
  return schema === null ? [] : fields(name, schema, inputs)
}

const alarm = (graph: Graph) => one(graph, 'WebCpu').inputs

/** Checks the actual requests against the provider's types, because the compiler doesn't check transforms and `as`. */
export const PROVIDER: Invariant[] = [
  {
    name: 'every resource has all required properties and no unknown ones',
    check: (graph) => graph.resources.flatMap(check),
    mutations: {
      'an alarm every 45 s': (graph) => {
        alarm(graph).period = 45
      },
      'a misspelled property': (graph) => {
        alarm(graph).evaluationPeriod = 5
      },
      'a missing property': (graph) => {
        delete alarm(graph).comparisonOperator
      },
      'a number as text': (graph) => {
        alarm(graph).evaluationPeriods = 'five'
      },
      'an unknown nested property': (graph) => {
        one(graph, 'WebTargetWebHTTP3000').inputs.healthCheck.intervals = 10
      },
      'an unlisted value': (graph) => {
        one(graph, 'WebService').inputs.propagateTags = 'TASK'
      },
      'an unknown instance type': (graph) => {
        if (!graph.resources.some(({ name }) => name === 'NatInstance')) return false
        one(graph, 'NatInstance').inputs.instanceType = 't4g.pico'
      },
      'a value instead of a list': (graph) => {
        alarm(graph).alarmActions = 'arn:aws:mock:::Alarms'
      },
    },
  },
]
