import type { Page } from '@playwright/test'
import { waitForHydration } from './browser-page'

/** Every page that the navigation names, in its order, with its heading. */
export const PAGES = [
  { name: 'Classify', path: '/', heading: 'Classify a photo' },
  { name: 'Compare', path: '/compare', heading: 'Compare models' },
  { name: 'Gallery', path: '/gallery', heading: 'Try a photo from the gallery' },
  { name: 'History', path: '/history', heading: 'Review your history' },
  { name: 'Batch', path: '/batch', heading: 'Classify a batch' },
  { name: 'Train', path: '/train', heading: 'Train your own model' },
  { name: 'Models', path: '/models', heading: 'Explore models' },
  { name: 'API', path: '/api-docs', heading: 'Classify photos from your code' },
] as const
export const MAIN = ['Classify', 'Batch', 'Train', 'Models', 'API']
export const ABOUT_A_PHOTO = ['Compare', 'Gallery', 'History']

export const banner = (page: Page) => page.getByRole('banner')
export const menuButton = (page: Page) => page.getByRole('button', { name: 'Menu' })
export const menu = (page: Page) => page.getByRole('dialog', { name: 'Menu' })

/** Opens a page by its name in the header; on a phone, in the menu. */
export async function navigate(page: Page, name: string): Promise<void> {
  await waitForHydration(page)
  const menu = page.getByRole('button', { name: /^(Menu|Menü)$/ })
  const onPhone = await menu.isVisible()
  if (onPhone) await menu.click()
  const within = onPhone ? page.getByRole('dialog', { name: /^(Menu|Menü)$/ }) : page.getByRole('banner')
  await within.getByRole('link', { name, exact: true }).click()
}
