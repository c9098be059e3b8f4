/**
 * Finds out which sentence the server said, and says it in Chinese with the same values. The server's sentences are
 * patterns filled with values: a whole sentence first, then fields before it (`city: use …`), then a list of sentences
 * that are known each (`…; …`), then patterns, the one with most text of its own first.
 */
import { codes, fields, general, sentences, things } from './zh'

interface Pattern { shape: RegExp; own: number; chinese: string }

const plain = new Map<string, string>()
const patterns: Pattern[] = []
for (const [english, chinese] of Object.entries(sentences)) {
  const parts = english.split('{}')
  if (parts.length === 1) plain.set(english, chinese)
  else patterns.push({ shape: shapeOf(parts), own: parts.join('').length, chinese })
}
patterns.sort((a, b) => b.own - a.own)

function shapeOf(parts: string[]): RegExp {
  return new RegExp(`^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('(.+?)')}$`, 's')
}

const fieldPatterns = Object.entries(fields).filter(([name]) => name.includes('{}')).map(([name, chinese]) => ({ shape: shapeOf(name.split('{}')), chinese }))

/** What people call a field; one that has no name here is called as it is written. */
export function field(name: string): string {
  const known = fields[name]
  if (known !== undefined) return known
  for (const { shape, chinese } of fieldPatterns) {
    const inner = shape.exec(name)?.[1]
    if (inner !== undefined) return chinese.replace('{0}', field(inner))
  }
  const last = name.slice(name.lastIndexOf('.') + 1)
  return fields[last] ?? name
}

function fill(chinese: string, values: string[]): string {
  return chinese.replace(/\{(\d)([!#]?)\}/g, (_, n: string, how: string) => {
    const value = values[Number(n)] ?? ''
    if (how === '!') return things[value] ?? codes[value] ?? say(value) ?? value
    return how === '#' ? value.split(', ').map(field).join('、') : value
  })
}

function byPattern(text: string): string | undefined {
  for (const { shape, chinese } of patterns) {
    const found = shape.exec(text)
    if (found) return fill(chinese, found.slice(1))
  }
  return undefined
}

const NAMES = /^([\w$.-]+(?:(?:, | or )[\w$.-]+)*): (.+)$/s

function withFields(text: string): string | undefined {
  const found = NAMES.exec(text)
  const said = found?.[2] === undefined ? undefined : say(found[2])
  if (said === undefined || !found?.[1]) return undefined
  const names = found[1].split(/(, | or )/).map((part) => (part === ', ' ? '、' : part === ' or ' ? '或' : field(part)))
  return `${names.join('')}：${said}`
}

function list(text: string): string | undefined {
  const parts = text.split('; ')
  if (parts.length < 2) return undefined
  const said = parts.map(say)
  return said.every((part) => part !== undefined) ? said.join('；') : undefined
}

/** A sentence of the server in Chinese; undefined when it is none that we know. */
export function say(text: string): string | undefined {
  return plain.get(text) ?? withFields(text) ?? list(text) ?? byPattern(text)
}

/** What a refusal means in general, by its code. */
export const inGeneral = (code: string): string | undefined => general[code]
