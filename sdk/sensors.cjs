// Sends every type of record with sa-sdk-node, and prints the records, one JSON a line.
//   node sensors.cjs ADDRESS MODE GZIP COUNT
// MODE again: the SDK never repeats what failed, so the program that uses it sends everything a second time.
const SensorsAnalytics = require('sa-sdk-node')
const Submitter = require('sa-sdk-node/lib/Submitter').default

const [url, mode, gzip, count] = [process.argv[2], process.argv[3], process.argv[4] === '1', Number(process.argv[5])]
const sa = new SensorsAnalytics()
const records = []
sa.subscribe((record) => records.push(record))
const submitter = sa.submitTo({ url, gzip, mode: mode === 'again' ? 'track' : mode, timeout: 1500 }, mode === 'again' ? { count: 4, timeSpan: 100 } : {})
submitter.catch(() => {})

for (let n = 0; n < count; n++) {
  const who = `sa-node-${mode}-${gzip}-${n % 5}`
  const said = { n, sku: `货品 ${n}`, price: n + 0.5, ok: n % 2 === 0, tags: ['a', '"b"'], at: new Date(1700000000000 + n) }
  const calls = [
    () => sa.track(who, 'NodeTrack', said),
    () => sa.profileSet(who, said),
    () => sa.profileSetOnce(who, said),
    () => sa.profileIncrement(who, { n, visits: 1 }),
    () => sa.profileAppend(who, { likes: [String(n)] }),
    () => sa.profileUnset(who, [`gone_${n}`]),
    () => sa.trackSignup(`${who}-account`, who, said),
    () => sa.itemSet('book', String(n), said),
    () => sa.itemDelete('book', String(n)),
  ]
  calls[n % calls.length]()
}

const wait = (ms) => new Promise((done) => setTimeout(done, ms))
async function settled() {
  await wait(300)
  while (submitter.dataQueue.executing || submitter.dataQueue.hasData) await wait(50)
}

async function insist(send, tries = 10) {
  try {
    return await send()
  } catch (error) {
    if (tries === 1) throw error
    await wait(50)
    return insist(send, tries - 1)
  }
}

async function main() {
  await settled()
  if (mode === 'again') {
    for (let at = 0; at < records.length; at += 7) {
      await insist(() => new Submitter({ url, gzip, timeout: 1500 }).submit(records.slice(at, at + 7)))
    }
  } else {
    await wait(1500)
  }
  for (const record of records) console.log(JSON.stringify(record))
  process.exit(0)
}
main().catch((error) => {
  console.error(error)
  process.exit(1)
})
