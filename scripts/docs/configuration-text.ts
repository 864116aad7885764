import { type OptionLine, optionLines } from '@/lib/server/config/options'

const LINE_LENGTH = 120

/** The options in docs/configuration.md: a heading each, so that other pages can link to an option. */
export function configurationList(): string {
  return optionLines()
    .map(
      (line) =>
        `### \`${line.name}\`\n\n${paragraphs(line)
          .map((text) => wrap(text))
          .join('\n\n')}\n`,
    )
    .join('\n')
}

/** `.env.example`: each option as a comment, with its default. */
export function exampleEnvironment(): string {
  const lines = optionLines().map(({ name, type, fallback, about }) => {
    const value = /^`([^`]*)`$/.exec(fallback)?.[1] ?? ''
    const otherwise = value === '' && fallback !== 'none' ? ` Default: ${plain(fallback)}.` : ''
    const comment = wrap(`${plain(about)}. Allowed: ${plain(type)}.${otherwise}`, '# ')
    return `${comment}\n# ${name}=${value}\n`
  })
  return `# All variables are optional. Generated from lib/server/config/options.ts by \`npm run configuration\`.\n\n${lines.join('\n')}`
}

function paragraphs({ type, fallback, about, used }: OptionLine): string[] {
  return [`${about}.`, `Default: ${fallback}. Allowed: ${markdown(type)}. Read by: ${used.join(', ')}.`]
}

/** Breaks a paragraph at spaces outside of inline code and links. */
function wrap(text: string, prefix = ''): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.match(/(?:`[^`]*`|\[[^\]]*\]\([^)]*\)|[^\s`[])+/g) ?? []) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && prefix.length + longer.length > LINE_LENGTH) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line].map((each) => prefix + each).join('\n')
}

function markdown(text: string): string {
  return text.replaceAll('*', '\\*').replaceAll('<', '\\<')
}

/** Without links and code marks, which a comment does not render. */
function plain(text: string): string {
  return text.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll('`', '')
}
