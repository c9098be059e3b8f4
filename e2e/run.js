// Runs the door-to-door tests: a merchant from `weir demo` in a temporary folder, the real server on a free
// port, headless Chromium in front. `npm test`, or `npm test -- mall` for the files whose name contains "mall".
//   WEIR_BIN       the program (default ../target/debug/weir)
//   WEIR_URL       a server that is running already, instead of starting one
//   WEIR_CHROMIUM  the browser (default /usr/bin/chromium)
//   WEIR_SHOTS     where screenshots go (default e2e/shots)
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startDemo } from './weir.js'

const here = import.meta.dirname
const wanted = process.argv.slice(2)
const files = (await readdir(path.join(here, 'tests')))
  .filter((name) => name.endsWith('.test.js') && (!wanted.length || wanted.some((part) => name.includes(part))))
  .sort()
  .map((name) => path.join(here, 'tests', name))
if (!files.length) throw new Error(`no test file is named like ${wanted.join(', ')}`)

const data = await mkdtemp(path.join(tmpdir(), 'weir-e2e-'))
const server = process.env.WEIR_URL ? null : await startDemo(data)
let status = 1
try {
  const env = { ...process.env, WEIR_URL: process.env.WEIR_URL ?? server.url }
  const tests = spawn(process.execPath, ['--test', '--test-force-exit', '--test-concurrency=1', '--test-reporter=spec', ...files], { env, stdio: 'inherit' })
  status = await new Promise((done) => tests.on('exit', (code) => done(code ?? 1)))
} finally {
  await server?.stop()
  await rm(data, { recursive: true, force: true })
}
process.exitCode = status
