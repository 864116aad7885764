// node scripts/build/sbom.mjs <folder> <dpkg status>: writes the contents of the image as CycloneDX to
// <folder>/sbom.cdx.json: Debian packages, Node, the npm packages of which a file is present or part of a bundle, and
// the models.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundledPackages } from './bundled-packages.mjs'

const [folder, status] = process.argv.slice(2)
if (folder === undefined || status === undefined) {
  console.error('node scripts/build/sbom.mjs <folder> <dpkg status>')
  process.exit(2)
}

const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
const components = unique([
  ...debianPackages(),
  node(),
  ...npmPackages('node_modules'),
  ...bundledPackages(['dist', '.next/server']).map(component),
  ...models(),
])
writeFileSync(
  join(folder, 'sbom.cdx.json'),
  JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', name, version } },
    components,
  }),
)
console.log(`${components.length} components`)

/** A package may be both a folder and part of a bundle. */
function unique(all) {
  return [...new Map(all.map((one) => [one.purl ?? one.name, one])).values()]
}

function debianPackages() {
  return readFileSync(status, 'utf8')
    .split('\n\n')
    .map((entry) =>
      Object.fromEntries([...entry.matchAll(/^([A-Za-z-]+): (.*)$/gm)].map(([, key, value]) => [key, value])),
    )
    .filter((entry) => entry.Status === 'install ok installed')
    .map(({ Package, Version, Architecture }) => ({
      type: 'library',
      name: Package,
      version: Version,
      purl: `pkg:deb/debian/${Package}@${encodeURIComponent(Version)}?arch=${Architecture}&distro=bookworm`,
    }))
}

function node() {
  const installed = process.versions.node
  return { type: 'platform', name: 'node', version: installed, purl: `pkg:generic/node@${installed}` }
}

/** Packages in a folder of the project, including nested ones. */
function npmPackages(path) {
  if (!existsSync(join(folder, path))) return []
  return readdirSync(join(folder, path))
    .filter((entry) => !entry.startsWith('.'))
    .flatMap((entry) => (entry.startsWith('@') ? npmPackages(join(path, entry)) : npmPackage(join(path, entry))))
}

function npmPackage(path) {
  // The image may lack a package's package.json; the build has it.
  const file = [join(folder, path), path].map((at) => join(at, 'package.json')).find(existsSync)
  const own = file === undefined ? [] : [component(JSON.parse(readFileSync(file, 'utf8')))]
  return [...own, ...npmPackages(join(path, 'node_modules'))]
}

function component({ name, version, license }) {
  return {
    type: 'library',
    name,
    version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    ...(typeof license === 'string' ? { licenses: [{ expression: license }] } : {}),
  }
}

function models() {
  const { types } = JSON.parse(readFileSync(join(folder, 'models/catalog.json'), 'utf8'))
  return Object.values(types).map(({ id, sha256 }) => ({
    type: 'machine-learning-model',
    name: id,
    version: sha256.slice(0, 12),
    hashes: [{ alg: 'SHA-256', content: sha256 }],
  }))
}
