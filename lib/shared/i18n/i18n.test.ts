import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ReactNode } from 'react'
import { createTranslator } from 'use-intl/core'
import { expect, test } from 'vitest'
import { PROBLEMS } from '../problems/problem'
import { chooseLocale, LOCALES, type Locale } from './locales'
import { messagesOf } from './messages'
import { type Messages, pseudoMessages } from './pseudo'

/** `a.b.c` → text. */
function flat(messages: Messages, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(messages).flatMap(([key, value]) =>
      typeof value === 'string' ? [[prefix + key, value]] : Object.entries(flat(value, `${prefix}${key}.`)),
    ),
  )
}

const english = flat(messagesOf('en'))
/** Sorted names of a message's arguments and tags. */
const parts = (text: string) => [...new Set(text.match(/\{\w+(?=[,}])|<\/?\w+>/g))].sort()

test.each([
  [undefined, null, 'en'],
  [undefined, 'de-AT,de;q=0.9,en;q=0.5', 'de'],
  [undefined, 'fr,en;q=0.3,de;q=0.7', 'de'],
  [undefined, 'de;q=0,fr', 'en'],
  [undefined, ';;;,q=1,*', 'en'],
  ['de', 'en', 'de'],
  ['constructor', 'en', 'en'],
  ['en-XA', 'de', 'en-XA'],
])('with cookie %s and Accept-Language %s, chooses %s', (choice, acceptLanguage, locale) => {
  expect(chooseLocale(choice, acceptLanguage)).toBe(locale)
})

test.each([...Object.keys(LOCALES), 'en-XA'] as Locale[])(
  '%s has every message, each with the same arguments as in English',
  (locale) => {
    const texts = flat(messagesOf(locale))
    expect(Object.keys(texts).sort()).toEqual(Object.keys(english).sort())
    for (const [key, text] of Object.entries(texts)) {
      expect(text.trim(), key).not.toBe('')
      expect([key, ...parts(text)]).toEqual([key, ...parts(english[key]!)])
    }
  },
)

test.each([...Object.keys(LOCALES), 'en-XA'] as Locale[])('every message in %s is well formed', (locale) => {
  const messages = messagesOf(locale)
  const t = createTranslator({
    locale,
    messages,
    onError: (error) => {
      throw error
    },
  })
  for (const [key, text] of Object.entries(flat(messages))) {
    const values = Object.fromEntries([...text.matchAll(/\{(\w+)[,}]/g)].map(([, name]) => [name!, 2]))
    const tags = Object.fromEntries(
      [...text.matchAll(/<(\w+)>/g)].map(([, name]) => [name!, (inner: ReactNode) => inner]),
    )
    expect(t.rich(key as 'site.home', { ...values, ...tags }), key).toBeTruthy()
  }
})

test('every error code has a message', () => {
  expect(Object.keys(messagesOf('de').problems)).toEqual(expect.arrayContaining(Object.keys(PROBLEMS)))
})

test('every message is used in the code', () => {
  const code = sources('app') + sources('components') + sources('lib/shared') + sources('lib/client')
  // The code builds these keys at run time.
  const dynamic =
    /^(problems|confidence|classify\.models|classify\.samples|(gallery|models)\.groups|camera\.\w+Hint)(\.|$)/
  const unused = Object.keys(english).filter((key) => {
    const last = key.split('.').at(-1)!
    return !dynamic.test(key) && !new RegExp(`['.]${last}'`).test(code)
  })
  expect(unused).toEqual([])
})

test('the pseudo-locale is longer and bracketed, and keeps arguments and tags', () => {
  expect(pseudoMessages({ a: { b: 'Nice {count} <b>one</b>' } })).toEqual({
    a: { b: '⟦Ñíçé {count} <b>óñé</b> ~~~~~ ~~~~~⟧' },
  })
})

function sources(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.ts$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
}
