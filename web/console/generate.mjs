// Renews ../api/src/schema.d.ts from the server's OpenAPI document. A reference that leads nowhere is named and becomes `unknown`,
// so that one slip in the document does not stop the rest.
import { readFile, writeFile } from 'node:fs/promises'
import openapiTS, { astToString } from 'openapi-typescript'

const source = new URL('../../openapi.json', import.meta.url)
const target = new URL('../api/src/schema.d.ts', import.meta.url)

const text = await readFile(source, 'utf8')
const document = JSON.parse(text)
const { schemas } = document.components
for (const [, name] of text.matchAll(/"\$ref":\s*"#\/components\/schemas\/([^"]+)"/g)) {
  if (schemas[name]) continue
  console.warn(`openapi.json names the schema ${name} and does not have it`)
  schemas[name] = {}
}

const types = await openapiTS(document, { rootTypes: true, rootTypesNoSchemaPrefix: true, alphabetize: true })
await writeFile(target, `// Generated from openapi.json by \`npm run generate\` in web/console; not edited by hand.\n\n${astToString(types)}`)
console.log(`${Object.keys(document.paths).length} paths, ${Object.keys(schemas).length} schemas`)
