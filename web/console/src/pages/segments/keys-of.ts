/** Identifiers out of what people paste and of CSV files. */
export interface Keys { keys: string[]; repeated: number }

/** One a line, or with commas, semicolons and tabs between. */
export function keysOf(text: string): Keys {
  return once(text.split(/[\r\n,，;；、\t]+/))
}

function once(all: string[]): Keys {
  const given = all.map((each) => each.trim().replace(/^["'“”]+|["'“”]+$/g, '')).filter(Boolean)
  const keys = [...new Set(given)]
  return { keys, repeated: given.length - keys.length }
}

export interface Sheet { head: string[]; rows: string[][] }

/** A CSV with a head, quotes and doubled quotes, either kind of line end. */
export function readCsv(text: string): Sheet {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  const clean = text.replace(/^\uFEFF/, '')
  const first = clean.slice(0, clean.search(/[\r\n]|$/))
  const separator = !first.includes(',') && first.includes('\t') ? '\t' : !first.includes(',') && first.includes(';') ? ';' : ','
  const endRow = () => {
    row.push(cell)
    if (row.some((each) => each.trim())) rows.push(row)
    row = []
    cell = ''
  }
  for (let n = 0; n < clean.length; n++) {
    const char = clean[n]
    if (quoted) {
      if (char !== '"') cell += char
      else if (clean[n + 1] === '"') { cell += '"'; n++ }
      else quoted = false
    } else if (char === '"' && cell === '') quoted = true
    else if (char === separator) { row.push(cell); cell = '' }
    else if (char === '\n') endRow()
    else if (char !== '\r') cell += char
  }
  if (cell || row.length) endRow()
  return { head: (rows[0] ?? []).map((each) => each.trim()), rows: rows.slice(1) }
}

const LIKELY = /phone|mobile|tel|手机|电话|email|邮箱|openid|unionid|external|编号|id/i

/** The column that most likely holds identifiers: by its name, else the fullest. A file without a head has one column that is all identifiers. */
export function likelyColumn({ head, rows }: Sheet): number {
  const named = head.findIndex((name) => LIKELY.test(name))
  if (named >= 0) return named
  const filled = head.map((_, n) => rows.filter((row) => row[n]?.trim()).length)
  return Math.max(0, filled.indexOf(Math.max(...filled, 0)))
}

const isKey = (text: string) => /^\+?\d{7,}$/.test(text) || /^\S+@\S+\.\S+$/.test(text)

/** The identifiers of a column; a head that is itself one counts as the first row. */
export function columnKeys({ head, rows }: Sheet, column: number): Keys {
  const first = head[column] ?? ''
  return once([...(isKey(first) ? [first] : []), ...rows.map((row) => row[column] ?? '')])
}

/** The text of a file: UTF-8 if it is that, else GB 18030 as spreadsheets in China save. */
export function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}
