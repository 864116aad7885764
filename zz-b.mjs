import { chromium } from 'playwright-core'
import { readFileSync, readdirSync } from 'node:fs'
import { headlessShellPath } from './scripts/tools/chromium.mjs'
const b = await chromium.launch({ executablePath: headlessShellPath(), args:['--no-sandbox','--disable-gpu','--disable-quic','--no-first-run','--disable-background-networking','--disable-component-update','--disable-sync'] })
const me = process.pid
const cpu = () => { let sum={}; for (const pid of readdirSync('/proc').filter(x=>/^\d+$/.test(x))) { try { const c=readFileSync(`/proc/${pid}/cmdline`,'utf8'); if(!c.includes('headless')) continue; const s=readFileSync(`/proc/${pid}/stat`,'utf8'); const f=s.slice(s.lastIndexOf(')')+2).split(' '); const k=/--type=([\w-]+)/.exec(c)?.[1]??'browser'; sum[k]=(sum[k]??0)+(+f[11]+ +f[12])/100 } catch {} } return sum }
const diff=(a,b)=>Object.fromEntries(Object.keys(b).map(k=>[k,(b[k]-(a[k]??0)).toFixed(2)]))
for (let i=0;i<3;i++) for (const v of ['plain','noblur','nojs']) {
const ctx = await b.newContext({viewport:{width:1280,height:800}, javaScriptEnabled: v!=='nojs'})
const p = await ctx.newPage()
if (v==='noblur') await p.addInitScript(()=>{ const s=new CSSStyleSheet(); s.replaceSync('*{filter:none!important;backdrop-filter:none!important;animation:none!important;transition:none!important}'); document.adoptedStyleSheets=[s] })
let t=cpu()
await p.goto('http://localhost:20500/?model=fast', {waitUntil:'networkidle'})
await p.waitForTimeout(500)
let u=cpu(); console.log(v,'load', JSON.stringify(diff(t,u))); t=u
if (v!=='nojs') {
await p.locator('input[type=file]').first().setInputFiles(['public/gallery/koala.webp'])
await p.getByRole('table',{name:'Scores'}).waitFor(); await p.waitForTimeout(1500)
u=cpu(); console.log(v,'photo', JSON.stringify(diff(t,u))) }
await ctx.close()
}
await b.close()
