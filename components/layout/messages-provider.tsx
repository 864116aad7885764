'use client'

import type { ReactNode } from 'react'
import { IntlProvider, useLocale, useMessages } from 'use-intl'
import type { AppMessages } from '@/lib/shared/i18n/messages'

interface MessagesProviderProps {
  locale: string
  messages: Partial<AppMessages>
  children: ReactNode
}

/** Provides components with messages in the page's language. Other languages aren't sent. */
export function MessagesProvider({ locale, messages, children }: MessagesProviderProps) {
  return (
    <IntlProvider locale={locale} messages={messages} timeZone="UTC">
      {children}
    </IntlProvider>
  )
}

/** Adds messages that only one page needs to those of the layout. */
export function PageMessages({ messages, children }: Pick<MessagesProviderProps, 'messages' | 'children'>) {
  const ofLayout = useMessages()
  return (
    <MessagesProvider locale={useLocale()} messages={{ ...ofLayout, ...messages }}>
      {children}
    </MessagesProvider>
  )
}
