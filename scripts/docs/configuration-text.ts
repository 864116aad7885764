import { optionLines } from '@/lib/server/config/options'

/** The table of docs/configuration.md. */
export function configurationTable(): string {
  const rows = optionLines().map(({ name, type, fallback, about, used }) => [
    `\`${name}\``,
    cell(type),
    cell(fallback),
    cell(about),
    used.join(', '),
  ])
  const head = ['variable', 'allowed', 'default', 'meaning', 'read by']
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)))
  const line = (cells: readonly string[]) => `| ${cells.map((text, i) => text.padEnd(widths[i] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(head), rule, ...rows.map(line), ''].join('\n')
}

/** `.env.example`: each option as a comment, with its default. */
export function exampleEnvironment(): string {
  const lines = optionLines().map(({ name, type, fallback, about }) => {
    const value = /^`([^`]*)`$/.exec(fallback)?.[1] ?? ''
    const otherwise = value === '' && fallback !== 'none' ? ` Default: ${plain(fallback)}.` : ''
    return `# ${plain(about)}. Allowed: ${plain(type)}.${otherwise}\n# ${name}=${value}\n`
  })
  return `# Everything works with none of these set. Made from lib/server/config/options.ts by \`npm run configuration\`.\n\n${lines.join('\n')}`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('*', '\\*')
}

/** Without links and marks, which nothing shows in a comment. */
function plain(text: string): string {
  return text.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll('`', '')
}
