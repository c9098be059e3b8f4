// Makes w.min.js out of w.js; the server carries w.min.js inside. esbuild is the one that the mall's build brings.
//   node build.js          writes it
//   import { built } …     what it would write
import { createRequire } from 'node:module'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const here = import.meta.dirname
const require = createRequire(path.join(here, '../mall/package.json'))

export function built() {
  const source = readFileSync(path.join(here, 'w.js'), 'utf8')
  return require('esbuild').transformSync(source, { minify: true, target: 'es2018', charset: 'utf8', legalComments: 'none' }).code
}

if (process.argv[1] === import.meta.filename) writeFileSync(path.join(here, 'w.min.js'), built())
