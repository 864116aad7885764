// npm run infra:cost: what each stage costs a month in AWS, from its table, and where each price was read.
import { ASSUMED, costOf, costOfTask, notCounted } from '../../infra/cost'
import { PRICES, type PriceName } from '../../infra/prices'
import { STAGE_NAMES, stageOf } from '../../infra/stages'

/** What the deployment before this one was to cost, in dollars a month. */
const WANTED: Record<string, string> = { dev: '20 to 50', prod: '100 to 300' }

const money = (dollars: number) => dollars.toFixed(2).padStart(9)
for (const name of STAGE_NAMES) {
  const stage = stageOf(name)
  const lines = costOf(stage)
  const total = lines.reduce((sum, { dollars }) => sum + dollars, 0)
  const wanted = WANTED[name] ? `, of ${WANTED[name]}` : ''
  const most = total + (stage.web.max - stage.web.min) * costOfTask(stage)
  console.log(
    `\n${name}: $${total.toFixed(0)} a month at its least${wanted}; $${most.toFixed(0)} with ${stage.web.max} web tasks all the time`,
  )
  for (const { what, dollars, price } of lines.sort((a, b) => b.dollars - a.dollars)) {
    const share = Math.round((100 * dollars) / total)
    console.log(`${money(dollars)}  ${what} (${share} %)${PRICES[price].source === null ? '  unverified' : ''}`)
  }
  console.log('          Not counted:')
  for (const { what, price } of notCounted(stage))
    console.log(`          ${what}${price === null ? '' : ` ($${PRICES[price].dollars} per ${PRICES[price].per})`}`)
}
const assumed = `${ASSUMED.logsGb} GB of logs, ${ASSUMED.storageGb} GB in buckets, ${ASSUMED.capacityUnits} capacity units of the balancer`
console.log(`\nAssumed: ${assumed}.\n\nPrices, us-east-1:`)
for (const [name, { dollars, per, source }] of Object.entries(PRICES) as [PriceName, (typeof PRICES)[PriceName]][]) {
  console.log(
    `${String(dollars).padStart(9)}  ${per}: ${source === null ? 'unverified' : `${source.url} (${source.date})`} [${name}]`,
  )
}
