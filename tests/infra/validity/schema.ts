// The AWS provider's types of a resource, with the allowed values that their comments list.
import { existsSync, readFileSync } from 'node:fs'

const AWS = '.sst/platform/node_modules/@pulumi/aws'

export interface Property {
  optional: boolean
  /** The TypeScript type without `pulumi.Input`. */
  type: string
  /** All values that the comment lists, if any. */
  values: string[] | null
  /** `or any multiple of 60`. */
  multipleOf: number | null
  /** `between 1 and 255`: range of the value or of its length. */
  range: { least: number; most: number; ofLength: boolean } | null
}

export type Schema = ReadonlyMap<string, Property>

const schemas = new Map<string, Schema>()
let inputs: string | undefined
const enums = new Map<string, string>()

/** @param type `aws:lb/listener:Listener` @returns null for types of other providers */
export function schemaOf(type: string): Schema | null {
  const [, path, name] = /^aws:(\w+\/\w+):(\w+)$/.exec(type) ?? []
  if (path === undefined) return null
  return remembered(type, () =>
    interfaceOf(readFileSync(`${AWS}/${path}.d.ts`, 'utf8'), `export interface ${name}Args {`, ''),
  )
}

/** @param path `lb.ListenerDefaultAction` for `inputs.lb.ListenerDefaultAction` */
export function nestedSchema(path: string): Schema {
  return remembered(path, () => {
    inputs ??= readFileSync(`${AWS}/types/input.d.ts`, 'utf8')
    const [space = '', name = ''] = path.split('.')
    const start = inputs.indexOf(`export declare namespace ${space} {`)
    const end = inputs.indexOf('\n}\n', start)
    return interfaceOf(inputs.slice(start, end), `interface ${name} {`, '    ')
  })
}

/** @param path `ec2.InstanceType` */
export function enumOf(path: string): string[] {
  const [space = '', name = ''] = path.includes('.') ? path.split('.') : ['', path]
  const file = `${AWS}/types/enums/${space === '' ? '' : `${space}/`}index.d.ts`
  if (!enums.has(file)) enums.set(file, existsSync(file) ? readFileSync(file, 'utf8') : '')
  const [, body = ''] = new RegExp(`declare const ${name}: \\{([^}]*)\\}`).exec(enums.get(file) ?? '') ?? []
  return [...body.matchAll(/: "([^"]*)";/g)].map(([, value]) => value as string)
}

function remembered(key: string, read: () => Schema): Schema {
  const known = schemas.get(key) ?? read()
  schemas.set(key, known)
  return known
}

function interfaceOf(text: string, head: string, indent: string): Schema {
  const start = text.indexOf(`${indent}${head}\n`)
  if (start < 0) throw new Error(`the provider has no ${head}`)
  // Map types span several lines.
  const body = text.slice(start, text.indexOf(`\n${indent}}\n`, start)).replaceAll(/\{\s*\[key: string\][^}]*\}/g, '{}')
  const line = new RegExp(`((?:^${indent}    (?:/\\*\\*| \\*).*\\n)*)^${indent}    (\\w+)(\\??): (.+);$`, 'gm')
  return new Map(
    [...body.matchAll(line)].map(([, comment = '', name = '', optional, type = '']) => [
      name,
      property(comment, optional === '?', type),
    ]),
  )
}

function property(comment: string, optional: boolean, type: string): Property {
  const about = comment.replaceAll(/^\s*\/?\*+\/?/gm, '').replaceAll(/\s+/g, ' ')
  const [, list = ''] =
    /valid values(?: are|:)?:? ((?:`[^`]+`(?:, (?:and |or )?| and | or )?)+)(?:or any multiple of `(\d+)`)?\.? ?(?:Defaults?|The|$|[A-Z])/i.exec(
      about,
    ) ?? []
  const [, multiple] = /any multiple of `(\d+)`/.exec(about) ?? []
  const [, least, most, of] =
    /(?:must be|valid values are|valid range is) between `?(\d+)`? and `?(\d+)`?(?: (characters))?/i.exec(about) ?? []
  const [, also = ''] = /\. [A-Z]\w* ((?:`[^`]+`(?:, | and )?)+) are also valid/.exec(about) ?? []
  const values = [...`${list} ${also}`.matchAll(/`([^`]+)`/g)].map(([, value]) => value as string)
  return {
    optional,
    type: type.replaceAll(/pulumi\.Input</g, '').replaceAll('>', ''),
    values: values.length > 1 ? values : null,
    multipleOf: multiple === undefined ? null : Number(multiple),
    range: least === undefined ? null : { least: Number(least), most: Number(most), ofLength: of !== undefined },
  }
}
