import { useEffect, useState } from 'react'
import { Text, View } from '@tarojs/components'
import { useRouter } from '@tarojs/taro'
import { api } from '../api'
import { asProblem } from '../ask'
import { countOf } from '../cart'
import { useCell } from '../cell'
import { goBack, goInstead, toast, to } from '../go'
import { guestCart, referral } from '../kept'
import { Bar } from '../parts/bar'
import { Button } from '../parts/button'
import { Field } from '../parts/field'
import { Icon } from '../parts/icon'
import { main } from '../parts/native'
import { Tap } from '../parts/tap'
import { signIn } from '../session'
import { useShop } from '../shop'
import { sayProblem, useWords } from '../words'

const addressLike = /^(\+?\d[\d\s-]{5,19}|[^\s@]+@[^\s@]+\.[^\s@]+)$/

function goOn(then: string | undefined) {
  if (then === 'checkout') goInstead(to.checkout)
  else if (then === 'orders') goInstead(to.orders())
  else if (then === 'inbox') goInstead(to.inbox)
  else if (then?.startsWith('/pages/')) goInstead(then)
  else goBack()
}

export default function SignIn() {
  const t = useWords()
  const then = decodeURIComponent(useRouter().params.then ?? '')
  const brand = useShop()?.brand.name ?? ''
  const friend = useCell(referral)
  const [address, setAddress] = useState('')
  const [code, setCode] = useState('')
  const [marketing, setMarketing] = useState(false)
  const [problem, setProblem] = useState<{ at: 'address' | 'code'; said: string } | null>(null)
  const [busy, setBusy] = useState(false)
  const good = addressLike.test(address.trim())
  const submit = async () => {
    if (!good) { setProblem({ at: 'address', said: t.signIn.badAddress }); return }
    if (!code.trim()) { setProblem({ at: 'code', said: t.signIn.noCode }); return }
    setBusy(true)
    setProblem(null)
    const guests = countOf(guestCart.get())
    try {
      await signIn(address.trim(), code.trim(), marketing)
      toast(guests ? t.cart.merged : t.signIn.done)
      goOn(then)
    } catch (refusal) {
      const why = asProblem(refusal)
      setProblem({ at: 'code', said: why.status === 401 ? t.problem.wrong_code! : sayProblem(why, t) })
    } finally {
      setBusy(false)
    }
  }
  return (
    <View {...main} className='page signin'>
      <Bar title={t.signIn.title} />
      <View className='signin-head'>
        <View className='h1'>{t.signIn.welcome(brand)}</View>
        <Text className='faint'>{t.signIn.new}</Text>
      </View>
      {friend ? <View className='notice good'><Icon name='user' size={18} /><Text className='line-name'>{t.signIn.friend}</Text></View> : null}
      <View className='form'>
        <Field id='signin-address' label={t.signIn.address} hint={t.signIn.addressHint} value={address} max={120} hints={{ autocomplete: 'username' }}
          problem={problem?.at === 'address' ? problem.said : null} onChange={(value) => { setAddress(value); setProblem(null) }} />
        <Code address={address.trim()} good={good} code={code} problem={problem?.at === 'code' ? problem.said : null}
          onCode={(value) => { setCode(value); setProblem(null) }} onProblem={(said) => setProblem({ at: 'address', said })} onDone={() => { void submit() }} />
        <Tap id='signin-marketing' className='agree' role='checkbox' chosen={marketing} label={t.signIn.marketing} onTap={() => setMarketing(!marketing)}>
          <View className={`tick ${marketing ? 'on' : ''}`}>{marketing ? <Icon name='check' size={14} /> : null}</View>
          <Text className='agree-text'>{t.signIn.marketing}</Text>
        </Tap>
        <Button id='signin-submit' className='t-signin' busy={busy} onTap={() => { void submit() }}>{t.signIn.submit}</Button>
      </View>
    </View>
  )
}

interface CodeProps { address: string; good: boolean; code: string; problem: string | null; onCode: (code: string) => void; onProblem: (said: string) => void; onDone: () => void }

function Code({ address, good, code, problem, onCode, onProblem, onDone }: CodeProps) {
  const t = useWords()
  const [wait, setWait] = useState(0)
  const [busy, setBusy] = useState(false)
  const [sandbox, setSandbox] = useState<string | null>(null)
  useEffect(() => {
    if (wait <= 0) return
    const timer = setTimeout(() => setWait(wait - 1), 1000)
    return () => clearTimeout(timer)
  }, [wait])
  const send = async () => {
    if (!good) { onProblem(t.signIn.badAddress); return }
    setBusy(true)
    try {
      const answer = await api.sendCode(address)
      setSandbox(answer.sandbox_code)
      setWait(answer.sandbox_code ? 10 : 60)
      if (!answer.sandbox_code) toast(t.signIn.sent)
    } catch (refusal) {
      const why = asProblem(refusal)
      onProblem(why.code === 'conflict' ? (address.includes('@') ? t.signIn.noMail : t.signIn.useEmail) : why.code === 'invalid' ? t.signIn.badAddress : sayProblem(why, t))
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Field id='signin-code' label={t.signIn.code} hint={t.signIn.codeHint} value={code} max={8} type='number' hints={{ autocomplete: 'one-time-code', inputmode: 'numeric' }} problem={problem} onChange={onCode} onDone={onDone}
        right={<Button id='signin-send' small kind='plain' className='t-send-code' busy={busy} disabled={wait > 0} onTap={() => { void send() }}>{wait > 0 ? t.signIn.resend(wait) : t.signIn.send}</Button>} />
      {sandbox ? (
        <Tap id='signin-sandbox' className='sandbox t-sandbox-code' label={`${t.signIn.sandbox} ${sandbox}`} onTap={() => onCode(sandbox)}>
          <Text className='faint'>{t.signIn.sandbox}</Text>
          <Text id='sandbox-code' className='sandbox-code'>{sandbox}</Text>
          <Text className='faint'>{t.signIn.sandboxHint}</Text>
        </Tap>
      ) : null}
    </>
  )
}
