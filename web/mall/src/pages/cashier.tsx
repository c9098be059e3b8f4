import { useState } from 'react'
import { Text, View } from '@tarojs/components'
import { useRouter } from '@tarojs/taro'
import { api } from '../api'
import { asProblem, useAsk } from '../ask'
import { goInstead, toast, to } from '../go'
import { Bar } from '../parts/bar'
import { Button } from '../parts/button'
import { main } from '../parts/native'
import { Price } from '../parts/price'
import { Bones, Failed } from '../parts/states'
import type { Order } from '../shapes'
import { clock, useLeft } from '../when'
import { sayProblem, useWords } from '../words'

export default function Cashier() {
  const t = useWords()
  const id = useRouter().params.id ?? ''
  const asked = useAsk(() => api.order(id), [id])
  return (
    <View {...main} className='page cashier'>
      <Bar title={t.cashier.title} />
      {!asked.data && asked.busy ? <Bones rows={3} kind='line' /> : null}
      {!asked.data && asked.problem ? <Failed problem={asked.problem} onAgain={() => { void asked.again() }} /> : null}
      {asked.data ? <Pay order={asked.data} onChange={asked.put} /> : null}
    </View>
  )
}

/** Stands for a payment provider: an attempt is opened, then answered with success or failure. */
function Pay({ order, onChange }: { order: Order; onChange: (order: Order) => void }) {
  const t = useWords()
  const [attempt, setAttempt] = useState<string | null>(null)
  const [working, setWorking] = useState<'success' | 'fail' | null>(null)
  const [said, setSaid] = useState<string | null>(null)
  const left = useLeft(order.expires_at)
  const over = left === 0
  const answer = async (outcome: 'success' | 'fail') => {
    setWorking(outcome)
    setSaid(null)
    try {
      const open = attempt ?? (await api.pay(order.id)).pay.attempt_id
      setAttempt(open)
      const after = await api.testPay(open, outcome)
      if (after.state === 'placed') { setAttempt(null); setSaid(t.cashier.failed); onChange(after); return }
      toast(t.cashier.paid)
      goInstead(to.order(order.id))
    } catch (refusal) {
      setAttempt(null)
      setSaid(sayProblem(asProblem(refusal), t))
    } finally {
      setWorking(null)
    }
  }
  const payable = order.state === 'placed' && !over
  return (
    <>
      <View className='cashier-top'>
        <View className='badge-test'><Text>{t.cashier.test}</Text></View>
        <Text className='faint'>{t.cashier.due}</Text>
        <Price id='cashier-due' fen={order.total_fen} size='l' />
        <Text className='faint'>{t.cashier.order(order.no)}</Text>
      </View>
      {order.state === 'placed' && left !== null ? (
        <View className='countdown'>
          <Text id='cashier-clock' className={`countdown-clock ${left < 60000 ? 'bad-text' : ''}`}>{clock(left)}</Text>
          <Text className='faint'>{over ? t.cashier.expired : t.cashier.left}</Text>
        </View>
      ) : null}
      {order.state !== 'placed' ? <View className='notice'>{t.order.state(order.state, order.delivery)}</View> : null}
      {said ? <View id='cashier-said' className='notice bad'>{said}</View> : null}
      <View className='cashier-buttons'>
        <Button id='pay-success' className='t-pay-success' busy={working === 'success'} disabled={!payable || working !== null} onTap={() => { void answer('success') }}>{t.cashier.success}</Button>
        <Button id='pay-fail' className='t-pay-fail' kind='plain' busy={working === 'fail'} disabled={!payable || working !== null} onTap={() => { void answer('fail') }}>{t.cashier.fail}</Button>
        <Button id='pay-later' kind='plain' className='quiet' onTap={() => goInstead(to.order(order.id))}>{payable ? t.cashier.later : t.order.title}</Button>
      </View>
      <View className='cashier-hint'>{t.cashier.real}</View>
    </>
  )
}
