// Checks imports against the rules in docs/architecture.md. `tests/boundaries.test.ts` proves that each is enforced.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseSync } from 'oxc-parser'

/** Files that match `from` must not import anything that matches `to`: a path, `node:…` or `npm:…`. */
interface Rule {
  name: string
  from: RegExp
  to: RegExp
}

const only = (name: string, to: RegExp, home: string): Rule => ({ name, from: new RegExp(`^(?!${home})`), to })

const RULES: readonly Rule[] = [
  { name: 'product-imports-no-tests', from: /./, to: /^(tests|bench|scripts|infra)\// },
  { name: 'shared-is-lowest-layer', from: /^lib\/shared\//, to: /^(app|components|bin|cli|lib\/(client|server))\// },
  { name: 'shared-has-no-node', from: /^lib\/shared\//, to: /^node:/ },
  { name: 'clients-use-nothing', from: /^clients\//, to: /^(?!clients\/)/ },
  { name: 'client-uses-only-shared', from: /^lib\/client\//, to: /^(app|components|bin|cli|lib\/server)\// },
  { name: 'client-has-no-node', from: /^(lib\/client|components)\//, to: /^node:/ },
  { name: 'components-use-no-server', from: /^components\//, to: /^(app|bin|cli|lib\/server)\// },
  { name: 'server-uses-no-pages', from: /^lib\/server\//, to: /^(app|components|bin|cli|lib\/client)\// },
  { name: 'pages-use-server-pages-only', from: /^app\/(?!api\/|health\/)/, to: /^lib\/server\/(?!pages\/)/ },
  { name: 'routes-use-runtime-only', from: /^app\/(api|health)\//, to: /^lib\/server\/(?!runtime\/)/ },
  { name: 'entry-points-use-no-pages', from: /^(bin|cli)\//, to: /^(app|components|lib\/client)\// },
  { name: 'image-is-lowest-layer', from: /^lib\/server\/image\//, to: /^lib\/server\/(?!image\/)/ },
  { name: 'engine-uses-no-entry-points', from: /^lib\/server\/engine\//, to: /^lib\/server\/(http|jobs|storage)\// },
  { name: 'custom-models-use-no-http', from: /^lib\/server\/custom-models\//, to: /^lib\/server\/http\// },
  { name: 'feedback-uses-no-http', from: /^lib\/server\/feedback\//, to: /^lib\/server\/(http|jobs)\// },
  { name: 'jobs-use-no-http', from: /^lib\/server\/jobs\//, to: /^lib\/server\/http\// },
  {
    name: 'infrastructure-uses-no-features',
    from: /^lib\/server\/(background|catalog|storage|redis|observe)\//,
    to: /^lib\/server\/(http|jobs|engine)\//,
  },
  only('onnxruntime-in-engine', /^npm:onnxruntime-node/, 'lib/server/engine/'),
  only('onnxruntime-web-in-device', /^npm:(onnxruntime-web|wasm-vips)/, 'lib/client/device/'),
  only('koffi-in-image', /^npm:koffi/, 'lib/server/image/jpeg/'),
  only('sharp-in-image', /^npm:sharp/, 'lib/server/image/'),
  only('libheif-in-image', /^npm:libheif-js/, 'lib/(server|shared)/image/'),
  only('bullmq-in-jobs', /^npm:bullmq/, 'lib/server/jobs/'),
  only('ioredis-in-redis', /^npm:ioredis/, 'lib/server/redis/'),
  only('grpc-in-grpc', /^npm:@grpc\//, 'lib/server/grpc/'),
  only('aws-in-storage', /^npm:@aws-sdk\//, 'lib/server/storage/'),
]

const SOURCE_FOLDERS = ['app', 'bin', 'cli', 'clients', 'components', 'lib']

export interface Report {
  /** Number of modules read. Zero means that the check is broken. */
  modules: number
  violations: string[]
}

/** Reads every module under `root` and checks each import, including type-only ones, and cycles. */
export function checkBoundaries(root: string): Report {
  const graph = new Map<string, string[]>()
  const violations: string[] = []
  for (const file of SOURCE_FOLDERS.flatMap((folder) => sources(root, folder))) {
    const targets = imports(root, file)
    graph.set(
      file,
      targets.filter((target): target is string => target !== null && !/^(node|npm):/.test(target)),
    )
    for (const [index, target] of targets.entries()) {
      if (target === null) violations.push(`no-unresolved-imports: ${file}, import ${index + 1}`)
      else for (const { name } of broken(file, target)) violations.push(`${name}: ${file} → ${target}`)
    }
  }
  return { modules: graph.size, violations: [...violations, ...cycles(graph)] }
}

function broken(file: string, target: string): Rule[] {
  return RULES.filter(({ from, to }) => from.test(file) && to.test(target))
}

function sources(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => pathFrom(root, join(entry.parentPath, entry.name)))
}

/** The relative path with slashes on every platform, as the rules have them. */
function pathFrom(root: string, path: string): string {
  return relative(root, path).split(sep).join('/')
}

/** Imports of a module: paths relative to the root, `node:` or `npm:` names; null for an unresolved import. */
function imports(root: string, file: string): (string | null)[] {
  const source = readFileSync(join(root, file), 'utf8')
  const { module, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`)
  const specifiers = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
    ...module.dynamicImports.flatMap(({ moduleRequest }) =>
      literal(source.slice(moduleRequest.start, moduleRequest.end)),
    ),
  ]
  return [...new Set(specifiers)].map((specifier) => find(root, file, specifier))
}

function literal(expression: string): string[] {
  return /^(['"])(.*)\1$/.exec(expression)?.[2]?.split('\n') ?? []
}

function find(root: string, file: string, specifier: string): string | null {
  if (!/^(\.|@\/)/.test(specifier)) {
    const core = specifier.startsWith('node:') || builtinModules.includes(specifier)
    return core ? `node:${specifier.replace(/^node:/, '')}` : `npm:${specifier}`
  }
  const base = specifier.startsWith('@/') ? join(root, specifier.slice(2)) : resolve(root, dirname(file), specifier)
  const candidates = [
    base,
    base.replace(/\.js$/, '.ts'),
    `${base}.ts`,
    `${base}.tsx`,
    join(base, 'index.ts'),
    join(base, 'index.tsx'),
  ]
  const found = candidates.find((path) => existsSync(path) && statSync(path).isFile())
  return found ? pathFrom(root, found) : null
}

/** Every import cycle once, as its path. */
function cycles(graph: ReadonlyMap<string, string[]>): string[] {
  const done = new Set<string>()
  const found: string[] = []
  function visit(file: string, path: string[]): void {
    const at = path.indexOf(file)
    if (at >= 0) found.push(`no-cycles: ${[...path.slice(at), file].join(' → ')}`)
    if (at >= 0 || done.has(file)) return
    for (const target of graph.get(file) ?? []) visit(target, [...path, file])
    done.add(file)
  }
  for (const file of graph.keys()) visit(file, [])
  return found
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { modules, violations } = checkBoundaries(process.cwd())
  for (const violation of violations) console.error(violation)
  console.log(`${modules} modules, ${violations.length} violations`)
  process.exitCode = modules > 0 && violations.length === 0 ? 0 : 1
}
