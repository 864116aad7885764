import type { Page } from '@playwright/test'

/** Opens a page by its name in the header; on a phone, in the menu. */
export async function navigate(page: Page, name: string): Promise<void> {
  const menu = page.getByRole('button', { name: /^(Menu|Menü)$/ })
  const onPhone = await menu.isVisible()
  if (onPhone) await menu.click()
  const within = onPhone ? page.getByRole('dialog', { name: /^(Menu|Menü)$/ }) : page.getByRole('banner')
  await within.getByRole('link', { name, exact: true }).click()
}
