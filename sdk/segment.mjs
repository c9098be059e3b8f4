// Sends every kind of call with @segment/analytics-node, and prints what it was asked to send, one JSON a line.
//   node segment.mjs ADDRESS KEY COUNT
import { Analytics } from '@segment/analytics-node'

const [host, writeKey, count] = [process.argv[2], process.argv[3], Number(process.argv[4])]
const analytics = new Analytics({ host, writeKey, flushAt: 4, flushInterval: 200, maxRetries: 10, httpRequestTimeout: 1500 })
const failed = []
analytics.on('error', (error) => failed.push(String(error.reason ?? error.code ?? error)))

for (let n = 0; n < count; n++) {
  const userId = `node-${n % 7}`
  const said = { n, sku: `货品 ${n}`, price: n + 0.5, ok: n % 2 === 0, tags: ['a', '"b"'], deep: { x: null } }
  const calls = [
    () => analytics.track({ userId, event: 'Node Track', properties: said }),
    () => analytics.page({ userId, name: 'Home', properties: said }),
    () => analytics.screen({ anonymousId: `device-${n}`, name: 'Start', properties: said }),
    () => analytics.identify({ userId, traits: said }),
    () => analytics.group({ userId, groupId: 'g1', traits: said }),
    () => analytics.track({ anonymousId: `device-${n}`, event: 'Node Track', properties: said }),
  ]
  const at = n % calls.length
  calls[at]()
  console.log(JSON.stringify({ name: ['Node Track', 'page', 'screen', 'identify', 'group', 'Node Track'][at], properties: said }))
}
await analytics.closeAndFlush({ timeout: 40_000 })
if (failed.length) {
  console.error(failed.join('\n'))
  process.exitCode = 1
}
