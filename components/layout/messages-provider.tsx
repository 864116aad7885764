'use client'

import type { ReactNode } from 'react'
import { IntlProvider } from 'use-intl'
import type { AppMessages } from '@/lib/shared/i18n/messages'

interface MessagesProviderProps {
  locale: string
  messages: AppMessages
  children: ReactNode
}

/** Provides components with the messages of the page's language. Other languages aren't sent. */
export function MessagesProvider({ locale, messages, children }: MessagesProviderProps) {
  return (
    <IntlProvider locale={locale} messages={messages} timeZone="UTC">
      {children}
    </IntlProvider>
  )
}
