import { describe, expect, it } from 'vitest'
import { field, inGeneral, say } from '../src/said/match'
import { fields, foreign, general, sentences, things } from '../src/said/zh'
import list from '../src/said/sentences.json'

const values = (text: string) => text.match(/\{\d[!#]?\}/g)?.map((each) => each[1]).sort() ?? []
const count = (english: string) => english.split('{}').length - 1

describe('the server’s sentences in Chinese', () => {
  it('has every sentence of the list, and no other', () => {
    expect(Object.keys(sentences).sort()).toEqual([...list.sentences].sort())
    expect(Object.keys(things).sort()).toEqual([...list.things].sort())
    expect(Object.keys(general).sort()).toEqual([...list.codes].sort())
    expect(list.fields.filter((name) => fields[name] === undefined && !foreign.has(name))).toEqual([])
  })

  it.each(list.sentences)('says the values of “%s” once each', (english) => {
    const wanted = Array.from({ length: count(english) }, (_, n) => String(n))
    expect(values(sentences[english] ?? '')).toEqual(wanted)
    expect(sentences[english]).not.toMatch(/[!;?]$|, |！|您/)
  })

  it.each(list.sentences)('knows “%s” again with values in it', (english) => {
    let n = 0
    const filled = english.replaceAll('{}', () => `V${n++}`)
    const wanted = (sentences[english] ?? '').replace(/\{(\d)[!#]?\}/g, (_, at: string) => `V${at}`)
    expect(say(filled)).toBe(wanted)
    expect(say(`name: ${filled}`)).toBe(`名称：${wanted}`)
  })

  it('says words and sentences that stand as values', () => {
    expect(say('An order that is paid cannot be cancelled; ask for a refund instead.')).toBe('已付款的订单不能取消，请改为申请退款。')
    expect(say('There is no such open store in this brand, or it is outside your stores.')).toBe('找不到营业中的这家门店，可能已被删除，或不在你负责的门店范围内。')
    expect(say('properties.price: use a number')).toBe('properties.price：请填写数字')
    expect(say('Say which columns hold: store_code, order_no.')).toBe('请指定这些字段对应哪一列：门店编号、订单号。')
  })

  it('takes lists and fields apart', () => {
    expect(say('name: use at most 100 characters; city: use at most 100 characters')).toBe('名称：最多 100 个字符；城市：最多 100 个字符')
    expect(say('person_key, phone or email: one of them must be given, so that the person can be found again')).toBe('客户编号、手机号或邮箱：至少填一项，以便以后能找到这位客户')
    expect(say('distinct_id: say who it was')).toBe('distinct_id：请写明是谁')
    expect(say('there is no SKU A-1; leave it empty and give a name')).toBe('没有 SKU A-1；请留空，并填写名称')
    expect(field('mapping.store_code')).toBe('对应列「门店编号」')
    expect(field('rule.any.0.where.test')).toBe('条件')
  })

  it('leaves what it does not know', () => {
    expect(say('Nobody wrote this sentence down')).toBeUndefined()
    expect(say('name: Nobody wrote this sentence down')).toBeUndefined()
    expect(say(' is empty')).toBeUndefined()
    expect(inGeneral('conflict')).toBe('当前状态不能这样操作，请刷新后再试')
  })
})
