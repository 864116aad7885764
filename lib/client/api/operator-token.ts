const KEY = 'vision-operator-token'

/** The operator's token, for as long as the tab is open; null if there is none. */
export function operatorToken(): string | null {
  try {
    return sessionStorage.getItem(KEY)
  } catch {
    return null
  }
}

export function keepOperatorToken(token: string): void {
  try {
    if (token === '') sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, token)
  } catch {
    // Without storage, it has to be entered again after a reload.
  }
}
