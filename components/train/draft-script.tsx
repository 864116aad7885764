import { DRAFT_HINT } from '@/lib/client/training/draft-hint'

/**
 * Says before the first paint whether this browser keeps labels and photos. They take the place of the start page, which
 * everybody else sees at once.
 */
const SCRIPT = `try{if(localStorage.getItem(${JSON.stringify(DRAFT_HINT)}))document.documentElement.dataset.draft=''}catch(e){}`

export function DraftScript({ nonce }: { nonce: string | undefined }) {
  // biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of this file; React has no other way to inline a script
  return <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: SCRIPT }} />
}
