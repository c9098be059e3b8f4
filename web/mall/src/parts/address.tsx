import { useState } from 'react'
import { Text, View } from '@tarojs/components'
import { api } from '../api'
import { asProblem } from '../ask'
import { toast } from '../go'
import { hold } from '../session'
import type { Address } from '../shapes'
import { sayProblem, useWords } from '../words'
import { Button } from './button'
import { Field } from './field'
import { Icon } from './icon'
import { Sheet } from './sheet'
import { Tap } from './tap'

const blank: Address = { name: '', phone: '', region: '', detail: '' }
const phoneLike = /^\+?[\d\s-]{6,20}$/

const autocomplete: Record<keyof Address, string> = { name: 'name', phone: 'tel', region: 'address-level2', detail: 'street-address' }

function missing(address: Address): keyof Address | null {
  if (!address.name.trim()) return 'name'
  if (!phoneLike.test(address.phone.trim())) return 'phone'
  if (!address.region.trim()) return 'region'
  if (!address.detail.trim()) return 'detail'
  return null
}

/** Writing down an address; saved with the customer for the next time. */
export function AddressSheet({ open, first, onClose, onSaved }: { open: boolean; first: Partial<Address> | null; onClose: () => void; onSaved?: (address: Address) => void }) {
  const t = useWords()
  return (
    <Sheet title={t.address.title} open={open} onClose={onClose}>
      {open ? <Form first={first} onSaved={(address) => { onSaved?.(address); onClose() }} /> : null}
    </Sheet>
  )
}

function Form({ first, onSaved }: { first: Partial<Address> | null; onSaved: (address: Address) => void }) {
  const t = useWords()
  const [address, setAddress] = useState<Address>({ ...blank, ...first })
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const wrong = tried ? missing(address) : null
  const save = async () => {
    setTried(true)
    if (missing(address)) return
    setBusy(true)
    try {
      hold(await api.changeMe({ address }))
      toast(t.saved)
      onSaved(address)
    } catch (refusal) {
      toast(sayProblem(asProblem(refusal), t))
    } finally {
      setBusy(false)
    }
  }
  const line = (part: keyof Address, label: string, hint: string, max: number) => (
    <Field id={`address-${part}`} label={label} hint={hint} value={address[part]} max={max} hints={{ autocomplete: autocomplete[part] }}
      problem={wrong === part ? t.address.need[part] : null} onChange={(value) => setAddress((before) => ({ ...before, [part]: value }))} />
  )
  return (
    <View className='form'>
      {line('name', t.address.name, t.address.nameHint, 40)}
      {line('phone', t.address.phone, t.address.phoneHint, 20)}
      {line('region', t.address.region, t.address.regionHint, 60)}
      {line('detail', t.address.detail, t.address.detailHint, 120)}
      <Button id='address-save' busy={busy} onTap={() => { void save() }}>{t.save}</Button>
    </View>
  )
}

export function AddressLine({ address, onTap, id }: { address: Address | null; onTap?: () => void; id?: string }) {
  const t = useWords()
  const text = address ? (
    <View className='row-text'>
      <View className='strong'>{address.name}　{address.phone}</View>
      <Text className='faint'>{address.region} {address.detail}</Text>
    </View>
  ) : <Text className='line-name placeholder'>{t.checkout.noAddress}</Text>
  if (!onTap) return <View className='line'><Icon name='truck' size={18} />{text}</View>
  return <Tap id={id} className='line' onTap={onTap}><Icon name='truck' size={18} />{text}<Icon name='next' size={16} /></Tap>
}
