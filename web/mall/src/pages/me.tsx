import { useMemo, useState } from 'react'
import { Image, Text, View } from '@tarojs/components'
import { useDidShow, useShareAppMessage } from '@tarojs/taro'
import { api } from '../api'
import { asProblem, useAsk } from '../ask'
import { useCell } from '../cell'
import { go, toast, to } from '../go'
import { chosenStore, language, token } from '../kept'
import { priced } from '../money'
import { AddressSheet } from '../parts/address'
import { useTitle } from '../parts/bar'
import { Button } from '../parts/button'
import { Field } from '../parts/field'
import { Icon, type IconName } from '../parts/icon'
import { main } from '../parts/native'
import { Confirm, Sheet } from '../parts/sheet'
import { Bones, Failed } from '../parts/states'
import { StoreSheet } from '../parts/stores'
import { Switch } from '../parts/switch'
import { Mark, Tabs } from '../parts/tabs'
import { Tap } from '../parts/tap'
import { qrOf } from '../qr'
import { hold, me, refreshMe, signOut } from '../session'
import { absolute, copy, pathTo } from '../share'
import type { Me } from '../shapes'
import { useShop } from '../shop'
import { sayProblem, useWords } from '../words'

export default function MePage() {
  const t = useWords()
  const signedIn = useCell(token)
  const who = useCell(me)
  const asked = useAsk(refreshMe, [signedIn])
  const brand = useShop()?.brand.name
  useShareAppMessage(() => ({ title: brand, path: pathTo('/pages/home') }))
  useDidShow(() => { void asked.again() })
  useTitle(t.tab.me)
  return (
    <View {...main} className='page root me'>
      <Top who={signedIn ? who : null} />
      <OrderDoors />
      {signedIn && !who && asked.problem ? <Failed problem={asked.problem} onAgain={() => { void asked.again() }} /> : null}
      {signedIn && !who && asked.busy ? <Bones rows={4} kind='row' /> : null}
      {signedIn && who ? <Invite who={who} /> : null}
      {signedIn && who ? <Consents who={who} /> : null}
      <Settings who={signedIn ? who : null} />
      {signedIn ? <SignOut /> : null}
      <Tabs at='me' />
    </View>
  )
}

function Top({ who }: { who: Me | null }) {
  const t = useWords()
  const [naming, setNaming] = useState(false)
  if (!who) {
    return (
      <Tap id='me-sign-in' className='me-top' onTap={() => go(to.signIn)}>
        <View className='avatar'><Icon name='user' size={28} /></View>
        <View className='row-text'>
          <View className='me-name'>{t.me.guest}</View>
          <Text className='me-sub'>{t.me.guestHint}</Text>
        </View>
        <Icon name='next' size={18} />
      </Tap>
    )
  }
  return (
    <View className='me-top'>
      <View className='avatar'>{who.name ? [...who.name][0] : <Icon name='user' size={28} />}</View>
      <Tap id='me-name' className='row-text' label={t.me.editName} onTap={() => setNaming(true)}>
        <View className='me-name'>{who.name || t.me.noName} <Icon name='edit' size={16} /></View>
        <Text className='me-sub'>{who.phone ?? who.email ?? ''}</Text>
      </Tap>
      <Tap id='me-inbox' className='head-tap' label={who.unread ? t.home.unread(who.unread) : t.home.inbox} onTap={() => go(to.inbox)}>
        <Icon name='bell' size={24} /><Mark n={who.unread} />
      </Tap>
      <Name open={naming} first={who.name ?? ''} onClose={() => setNaming(false)} />
    </View>
  )
}

function Name({ open, first, onClose }: { open: boolean; first: string; onClose: () => void }) {
  const t = useWords()
  const [name, setName] = useState(first)
  const save = () => change({ name: name.trim() }, t.saved).then((done) => { if (done) onClose() })
  return (
    <Sheet title={t.me.editName} open={open} onClose={onClose}>
      <View className='form'>
        <Field id='me-name-field' label={t.me.editName} hint={t.me.nameHint} value={name} max={40} onChange={setName} onDone={() => { void save() }} />
        <Button disabled={!name.trim()} onTap={() => { void save() }}>{t.save}</Button>
      </View>
    </Sheet>
  )
}

/** Changes something about the customer and says how it went. */
async function change(what: Parameters<typeof api.changeMe>[0], done: string): Promise<boolean> {
  try {
    hold(await api.changeMe(what))
    toast(done)
    return true
  } catch (refusal) {
    toast(sayProblem(asProblem(refusal)))
    return false
  }
}

const doors: [string, IconName][] = [['placed', 'card'], ['paid', 'box'], ['ready', 'bag'], ['fulfilled', 'truck'], ['', 'grid']]

function OrderDoors() {
  const t = useWords()
  return (
    <View className='panel me-orders'>
      {doors.map(([state, icon]) => (
        <Tap key={state} id={`me-orders-${state || 'all'}`} className='door' role='link' onTap={() => go(to.orders(state))}>
          <Icon name={icon} size={26} />
          <Text className='door-name'>{state ? t.orders.tabs[state] : t.me.allOrders}</Text>
        </Tap>
      ))}
    </View>
  )
}

function Invite({ who }: { who: Me }) {
  const t = useWords()
  const [showing, setShowing] = useState(false)
  const link = absolute(who.referral_link)
  const qr = useMemo(() => (showing ? qrOf(link) : ''), [showing, link])
  const copyLink = () => copy(link, t.me.copied)
  return (
    <View className='panel invite'>
      <View className='order-head'>
        <View className='row-text'>
          <View className='h3'>{t.me.invite}</View>
          <Text className='faint'>{t.me.inviteHint}</Text>
        </View>
        <Tap id='me-qr' className='head-tap water' label={t.me.qr} onTap={() => setShowing(true)}><Icon name='qr' size={26} /></Tap>
      </View>
      <View className='figures'>
        <View className='figure-box'><Text id='referred' className='figure-value'>{t.me.people(who.referred)}</Text><Text className='faint'>{t.me.referred}</Text></View>
        <View className='figure-box'><Text id='commission-pending' className='figure-value'>{priced(who.pending_fen)}</Text><Text className='faint'>{t.me.pending}</Text></View>
        <View className='figure-box'><Text id='commission-payable' className='figure-value good-text'>{priced(who.payable_fen)}</Text><Text className='faint'>{t.me.payable}</Text></View>
      </View>
      <View className='invite-foot'>
        <View className='invite-code'><Text className='faint'>{t.me.code}</Text><Text id='referral-code' className='t-referral-code code'>{who.referral_code}</Text></View>
        <Button id='copy-link' small onTap={copyLink}>{t.me.copyLink}</Button>
      </View>
      <Sheet title={t.me.qr} open={showing} onClose={() => setShowing(false)}>
        <View className='qr'>
          {qr ? <Image className='qr-image' src={qr} mode='aspectFit' /> : null}
          <Text className='faint'>{t.me.qrHint}</Text>
          <Text id='referral-link' className='qr-link'>{link}</Text>
          <Button onTap={copyLink}>{t.me.copyLink}</Button>
        </View>
      </Sheet>
    </View>
  )
}

function Consents({ who }: { who: Me }) {
  const t = useWords()
  return (
    <View className='panel'>
      <View className='h3'>{t.me.consents}</View>
      <Switch id='consent-inbox' label={t.me.inbox} on={who.consents.inbox} onChange={(inbox) => { void change({ consents: { inbox } }, t.saved) }} />
      <Switch id='consent-email' label={t.me.email} on={who.consents.email} onChange={(email) => { void change({ consents: { email } }, t.saved) }} />
      <View className='faint pad'>{t.me.consentHint}</View>
    </View>
  )
}

function Settings({ who }: { who: Me | null }) {
  const t = useWords()
  const speaks = useCell(language)
  const store = useCell(chosenStore)
  const [choosing, setChoosing] = useState(false)
  const [writing, setWriting] = useState(false)
  return (
    <View className='panel'>
      {who ? (
        <Tap id='me-address' className='line' onTap={() => setWriting(true)}>
          <Icon name='truck' size={18} /><Text className='line-name'>{t.me.address}</Text>
          <Text className='line-value'>{who.address ? `${who.address.region} ${who.address.detail}` : t.me.addressNone}</Text><Icon name='next' size={16} />
        </Tap>
      ) : null}
      <Tap id='me-store' className='line' onTap={() => setChoosing(true)}>
        <Icon name='pin' size={18} /><Text className='line-name'>{t.me.store}</Text>
        <Text className='line-value'>{store?.name ?? t.me.addressNone}</Text><Icon name='next' size={16} />
      </Tap>
      <View className='line'>
        <Icon name='language' size={18} /><Text className='line-name'>{t.me.language}</Text>
        <View className='pair'>
          <Tap id='language-zh' className='pair-side' role='radio' chosen={speaks === 'zh'} onTap={() => language.set('zh')}><Text>中文</Text></Tap>
          <Tap id='language-en' className='pair-side' role='radio' chosen={speaks === 'en'} onTap={() => language.set('en')}><Text>English</Text></Tap>
        </View>
      </View>
      <StoreSheet open={choosing} onClose={() => setChoosing(false)} onPick={(picked) => { if (who) void change({ store_id: picked.id }, t.saved) }} />
      {who ? <AddressSheet open={writing} first={who.address ?? { name: who.name ?? '', phone: who.phone ?? '' }} onClose={() => setWriting(false)} /> : null}
    </View>
  )
}

function SignOut() {
  const t = useWords()
  const [asking, setAsking] = useState(false)
  return (
    <View className='pad-all'>
      <Button id='sign-out' kind='plain' onTap={() => setAsking(true)}>{t.me.signOut}</Button>
      <Confirm onClose={() => setAsking(false)} ask={asking
        ? { title: t.me.signOutAsk, yes: t.me.signOut, no: t.cancel, onYes: () => { void signOut().then(() => toast(t.me.signedOut)) } } : null} />
    </View>
  )
}
