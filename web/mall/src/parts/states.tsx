import { Text, View } from '@tarojs/components'
import type { Problem } from '../api'
import type { Listed } from '../ask'
import { go } from '../go'
import { sayProblem, useWords } from '../words'
import { Button } from './button'
import { Icon, type IconName } from './icon'

/** Nothing here, said kindly, with a way on. */
export function Empty({ icon, title, hint, action, onAction }: { icon: IconName; title: string; hint?: string; action?: string; onAction?: () => void }) {
  return (
    <View className='empty'>
      <View className='empty-icon'><Icon name={icon} size={36} /></View>
      <View className='empty-title'>{title}</View>
      {hint ? <View className='empty-hint'>{hint}</View> : null}
      {action && onAction ? <Button small kind='plain' onTap={onAction}>{action}</Button> : null}
    </View>
  )
}

/** What went wrong and what can be done about it. */
export function Failed({ problem, onAgain, small }: { problem: Problem; onAgain: () => void; small?: boolean }) {
  const t = useWords()
  const gone = problem.status === 404
  return (
    <View className={`empty ${small ? 'small' : ''}`} {...(process.env.TARO_ENV === 'h5' ? { role: 'alert' } : {})}>
      {small ? null : <View className='empty-icon bad'><Icon name='close' size={32} /></View>}
      {small ? null : <View className='empty-title'>{t.problem.title}</View>}
      <View className='empty-hint'>{sayProblem(problem, t)}</View>
      {gone
        ? <Button small kind='plain' onTap={() => go('/pages/home')}>{t.cart.browse}</Button>
        : <Button small kind='plain' onTap={onAgain}>{t.again}</Button>}
    </View>
  )
}

/** The foot of a list: loading, failed, or the end. */
export function Foot<T>({ list }: { list: Listed<T> }) {
  const t = useWords()
  if (!list.items.length) return null
  if (list.problem) return <Failed small problem={list.problem} onAgain={list.again} />
  return <View className='foot'><Text>{list.busy ? t.loadingMore : list.ended ? t.ended : ''}</Text></View>
}

export function Bones({ rows, kind }: { rows: number; kind: 'card' | 'row' | 'line' | 'rail' }) {
  return (
    <View className={`bones bones-${kind}`} {...(process.env.TARO_ENV === 'h5' ? { 'aria-hidden': 'true' } : {})}>
      {Array.from({ length: rows }, (_, n) => <View key={n} className={`bone bone-${kind}`} />)}
    </View>
  )
}
