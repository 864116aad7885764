/**
 * Applies the chosen theme, else the system's, before the first paint and whenever one of them changes. It's small and
 * inline so that the page doesn't flash.
 */
const SCRIPT = `(function(){var d=document.documentElement.dataset,m=matchMedia('(prefers-color-scheme: dark)');
function a(){var t=d.choice;if(!t)try{t=localStorage.getItem('theme')}catch(e){}
d.theme=t=='light'||t=='dark'?t:m.matches?'dark':'light'}
a();m.addEventListener('change',a);addEventListener('themechange',a)})()`

export function ThemeScript({ nonce }: { nonce: string | undefined }) {
  // biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of this file; React has no other way to inline a script
  return <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: SCRIPT }} />
}
