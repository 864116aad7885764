// npm run infra:cost: prints the monthly AWS cost of each stage, from the stage table, with the source of each price.
import { ASSUMED, costOf, costOfTask, excludedCosts } from '../../infra/cost'
import { PRICES, type PriceName } from '../../infra/prices'
import { STAGE_NAMES, stageOf } from '../../infra/stages'

/** Cost targets of the previous deployment, in dollars per month. */
const TARGETS: Record<string, string> = { dev: '20 to 50', prod: '100 to 300' }

const money = (dollars: number) => dollars.toFixed(2).padStart(9)
for (const name of STAGE_NAMES) {
  const stage = stageOf(name)
  const lines = costOf(stage)
  const total = lines.reduce((sum, { dollars }) => sum + dollars, 0)
  const target = TARGETS[name] ? ` (target ${TARGETS[name]})` : ''
  const maximum = total + (stage.web.max - stage.web.min) * costOfTask(stage)
  console.log(
    `\n${name}: at least $${total.toFixed(0)} per month${target}; $${maximum.toFixed(0)} with the maximum number of web tasks (${stage.web.max})`,
  )
  for (const { what, dollars, price } of lines.sort((a, b) => b.dollars - a.dollars)) {
    const share = Math.round((100 * dollars) / total)
    console.log(`${money(dollars)}  ${what} (${share}%)${PRICES[price].source === null ? '  unverified' : ''}`)
  }
  console.log('          Not included:')
  for (const { what, price } of excludedCosts(stage))
    console.log(`          ${what}${price === null ? '' : ` ($${PRICES[price].dollars} per ${PRICES[price].per})`}`)
}
const assumed = `${ASSUMED.logsGb} GB of logs, ${ASSUMED.storageGb} GB in buckets, ${ASSUMED.capacityUnits} load balancer capacity units`
console.log(`\nAssumed: ${assumed}.\n\nPrices, us-east-1:`)
for (const [name, { dollars, per, source }] of Object.entries(PRICES) as [PriceName, (typeof PRICES)[PriceName]][]) {
  console.log(
    `${String(dollars).padStart(9)}  ${per}: ${source === null ? 'unverified' : `${source.url} (${source.date})`} [${name}]`,
  )
}
