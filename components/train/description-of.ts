import type { CustomDescription } from '@/lib/shared/contract/custom-models'

/** What a form with `DescriptionFields` says; nothing of a field that is empty or not there. */
export function descriptionOf(form: HTMLFormElement): CustomDescription {
  const data = new FormData(form)
  const text = (name: string) => String(data.get(name) ?? '').trim()
  return Object.fromEntries(
    ['title', 'purpose', 'license'].flatMap((name) => (text(name) === '' ? [] : [[name, text(name)]])),
  )
}
