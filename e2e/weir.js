// The program under test, started and stopped.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import path from 'node:path'

const binary = process.env.WEIR_BIN ?? path.join(import.meta.dirname, '../target/debug/weir')

/** Builds the demo's merchant in `data` and serves it; answers when it listens. */
export async function startDemo(data) {
  const weir = spawn(binary, ['demo', '--data', data, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((done) => {
    weir.on('exit', done)
    weir.on('error', done)
  })
  const url = await new Promise((found, failed) => {
    createInterface({ input: weir.stdout }).on('line', (line) => {
      console.log(`  ${line}`)
      const listening = line.match(/^listening (\S+)/)
      if (listening) found(listening[1])
    })
    ended.then((reason) => failed(new Error(`weir demo ended before it listened: ${reason}`)))
  })
  return {
    url,
    async stop() {
      weir.kill('SIGTERM')
      const late = setTimeout(() => weir.kill('SIGKILL'), 20_000)
      await ended
      clearTimeout(late)
    },
  }
}
