import { ApiError } from 'api'
import { describe, expect, it } from 'vitest'
import type { Said } from '../src/said'
import { explain, type Speaks } from '../src/said/explain'
import * as book from '../src/said/match'

const t: Speaks = (word, values) => (values ? `${word}(${values.what})` : word)
const none = () => Promise.resolve()
const zh: Said = { lang: 'zh', say: (text) => book.say(text) ?? text, known: book.say, field: book.field, general: book.inGeneral, ready: none }
const en: Said = { lang: 'en', say: (text) => text, known: (text) => text, field: (name) => name.toUpperCase(), general: () => undefined, ready: none }
const refusal = (status: number, code: string, detail: string, errors: [string, string][] = []) =>
  new ApiError(status, code, 'Title', detail, errors.map(([field, detail]) => ({ field, detail })))

describe('a refusal in words', () => {
  it('names the field that is wrong', () => {
    const wrong = refusal(400, 'invalid', 'name: use 1 to 40 characters', [['name', 'use 1 to 40 characters']])
    expect(explain(wrong, zh, t)).toBe('名称：请填写 1 到 40 个字符')
    expect(explain(wrong, en, t)).toBe('NAME: use 1 to 40 characters')
  })

  it('joins several fields', () => {
    const wrong = refusal(400, 'invalid', 'name: use 1 to 40 characters', [['name', 'use 1 to 40 characters'], ['city', 'use at most 100 characters']])
    expect(explain(wrong, zh, t)).toBe('名称：请填写 1 到 40 个字符；城市：最多 100 个字符')
  })

  it('says a sentence once, without the codes beside it', () => {
    const taken = refusal(409, 'conflict', 'There is a store with the code SH-1 already.', [['code', 'taken']])
    expect(explain(taken, zh, t)).toBe('门店编号 SH-1 已经有了，请换一个。')
    expect(explain(taken, en, t)).toBe('There is a store with the code SH-1 already.')
  })

  it('says what was not found, and when to try again', () => {
    expect(explain(refusal(404, 'not_found', 'There is no such touchpoint in this brand, or it is outside your stores.'), zh, t)).toBe('找不到这个触点，可能已被删除，或不在你负责的门店范围内。')
    expect(explain(refusal(404, 'not_found', 'The path has no valid id: x.'), zh, t)).toBe('not_found')
    expect(explain(refusal(503, 'busy', 'The order was changed at the same time; look again.'), zh, t)).toBe('订单刚刚有变动，请刷新后再看。')
    expect(explain(refusal(503, 'busy', ''), zh, t)).toMatch(/^服务器正忙，请稍候再试/)
  })

  it('keeps to its own words where the server speaks to programs', () => {
    expect(explain(refusal(0, 'unreachable', 'Failed to fetch'), zh, t)).toBe('unreachable')
    expect(explain(refusal(403, 'forbidden', 'Your role (guide) does not have the permission order.refund. Ask an owner.'), zh, t)).toBe('forbidden')
    expect(explain(refusal(403, 'forbidden', 'An ingest key can only write events; use an admin key here.'), zh, t)).toBe('采集密钥只能写入事件，这里请用管理密钥。')
    expect(explain(refusal(500, 'internal', 'The server logged the cause.'), zh, t)).toBe('server_failed')
  })

  it('falls back to what the code means, with the sentence as it came', () => {
    expect(explain(refusal(409, 'conflict', 'Something nobody listed.'), zh, t)).toBe('当前状态不能这样操作，请刷新后再试\ntechnical(Something nobody listed.)')
    expect(explain(refusal(400, 'invalid', 'x: odd', [['x', 'odd']]), zh, t)).toBe('填写的内容有误\ntechnical(x: odd)')
    expect(explain(new Error('here'), zh, t)).toBe('here')
  })
})
