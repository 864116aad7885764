/** What photos are compared with if the request names nothing else. Source: Hugging Face's pipeline. */
export const DEFAULT_TEMPLATE = 'This is a photo of {}.'
/** Stands for the label in a template. */
export const PLACEHOLDER = '{}'

/** The text for a label. */
export function textOf(template: string, label: string): string {
  return template.replaceAll(PLACEHOLDER, () => label)
}
