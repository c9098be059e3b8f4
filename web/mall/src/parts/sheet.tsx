import { useEffect, type PropsWithChildren } from 'react'
import { Text, View } from '@tarojs/components'
import { useWords } from '../words'
import { Button } from './button'
import { Icon } from './icon'
import { Tap } from './tap'

/** A drawer from below, where the thumb asked for it. */
export function Sheet({ title, open, onClose, children, tall }: PropsWithChildren<{ title: string; open: boolean; onClose: () => void; tall?: boolean }>) {
  const t = useWords()
  useEscape(open, onClose)
  if (!open) return null
  return (
    <View className='sheet'>
      <View className='sheet-shade' catchMove onClick={onClose} />
      <View className={`sheet-body ${tall ? 'tall' : ''}`} {...(process.env.TARO_ENV === 'h5' ? { role: 'dialog', 'aria-modal': 'true', 'aria-label': title } : {})}>
        <View className='sheet-head'>
          <Text className='sheet-title'>{title}</Text>
          <Tap className='sheet-close' label={t.close} onTap={onClose}><Icon name='close' size={20} /></Tap>
        </View>
        {children}
      </View>
    </View>
  )
}

/** Escape closes, and what had the focus before has it again; in the browser. */
function useEscape(open: boolean, onClose: () => void) {
  useEffect(() => {
    if (!open || process.env.TARO_ENV !== 'h5') return
    const before = document.activeElement as HTMLElement | null
    const key = (event: KeyboardEvent) => { if (event.key === 'Escape') onClose() }
    document.addEventListener('keydown', key)
    return () => {
      document.removeEventListener('keydown', key)
      before?.focus?.({ preventScroll: true })
    }
  // eslint-disable-next-line react-hooks/exhaustive-deps -- once per opening
  }, [open])
}

interface Question { title: string; yes: string; no: string; bad?: boolean; onYes: () => void }

/** Asks before something that cannot be taken back. */
export function Confirm({ ask, onClose }: { ask: Question | null; onClose: () => void }) {
  useEscape(!!ask, onClose)
  if (!ask) return null
  return (
    <View className='sheet'>
      <View className='sheet-shade' catchMove onClick={onClose} />
      <View className='sheet-body confirm' {...(process.env.TARO_ENV === 'h5' ? { role: 'alertdialog', 'aria-modal': 'true', 'aria-label': ask.title } : {})}>
        <View className='confirm-title'>{ask.title}</View>
        <View className='confirm-buttons'>
          <Button kind='plain' className='t-confirm-no' onTap={onClose}>{ask.no}</Button>
          <Button kind={ask.bad ? 'bad' : 'main'} className='t-confirm-yes' onTap={() => { onClose(); ask.onYes() }}>{ask.yes}</Button>
        </View>
      </View>
    </View>
  )
}
