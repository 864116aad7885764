// npm run release:notes -- v0.2.0: prints the changelog's section for a tag. Fails where the tag, package.json and the
// changelog don't agree, so that nothing is published under a wrong number.
import { readFileSync } from 'node:fs'

const tag = process.argv[2] ?? ''
const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
const notes = sectionOf(readFileSync('CHANGELOG.md', 'utf8'), version)
const problem =
  (tag !== `v${version}` &&
    `The tag is "${tag}", but package.json has version ${version}. Tag the commit v${version}.`) ||
  (notes === undefined && `CHANGELOG.md has no section "## [${version}]". Rename "Unreleased" and add the date.`)
if (problem) {
  console.error(problem)
  process.exit(1)
}
console.log(notes)

function sectionOf(changelog, wanted) {
  const sections = changelog.split(/^## /m).slice(1)
  const section = sections.find((text) => text.startsWith(`[${wanted}]`))
  return section?.slice(section.indexOf('\n')).trim()
}
