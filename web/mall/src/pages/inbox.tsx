import { useState } from 'react'
import { Text, View } from '@tarojs/components'
import { useReachBottom } from '@tarojs/taro'
import { api } from '../api'
import { useList } from '../ask'
import { useCell } from '../cell'
import { openLink } from '../go'
import { token } from '../kept'
import { Bar } from '../parts/bar'
import { Button } from '../parts/button'
import { Guest } from '../parts/guest'
import { main } from '../parts/native'
import { Sheet } from '../parts/sheet'
import { Bones, Empty, Failed, Foot } from '../parts/states'
import { Tap } from '../parts/tap'
import { me } from '../session'
import type { Letter } from '../shapes'
import { when } from '../when'
import { useWords } from '../words'

export default function Inbox() {
  const t = useWords()
  const signedIn = useCell(token)
  const who = useCell(me)
  const list = useList(signedIn ? (cursor) => api.inbox({ cursor, limit: 30 }) : null, [signedIn])
  const [open, setOpen] = useState<Letter | null>(null)
  useReachBottom(list.more)
  const read = (letter: Letter) => {
    setOpen(letter)
    if (letter.read_at) return
    // Reading counts once, and only what the server has heard is shown as read.
    api.readLetter(letter.id, false).then(() => {
      list.patch((items) => items.map((one) => (one.id === letter.id ? { ...one, read_at: Date.now() } : one)))
      const now = me.get()
      if (now && now.unread > 0) me.set({ ...now, unread: now.unread - 1 })
    }).catch(() => undefined)
  }
  const follow = (letter: Letter) => {
    const away = () => { setOpen(null); openLink(letter.link!) }
    api.readLetter(letter.id, true).then(away, away)
  }
  return (
    <View {...main} className='page inbox'>
      <Bar title={t.inbox.title} />
      {!signedIn ? <Guest then='inbox' /> : null}
      {who && !who.consents.inbox ? <View className='notice'>{t.inbox.off}</View> : null}
      {signedIn && list.busy && !list.items.length ? <Bones rows={5} kind='row' /> : null}
      {list.problem && !list.items.length ? <Failed problem={list.problem} onAgain={list.again} /> : null}
      {signedIn && list.ended && !list.items.length ? <Empty icon='mail' title={t.inbox.none} hint={t.inbox.noneHint} /> : null}
      {list.items.map((letter) => (
        <Tap key={letter.id} className={`panel letter t-letter ${letter.read_at ? '' : 'unread'}`}
          label={`${letter.read_at ? '' : `${t.inbox.unread} `}${letter.subject}`} onTap={() => read(letter)}>
          <View className='order-head'>
            <Text className='letter-subject'>{letter.subject}</Text>
            <Text className='faint'>{when(letter.sent_at)}</Text>
          </View>
          <View className='letter-body'>{letter.body}</View>
        </Tap>
      ))}
      <Foot list={list} />
      <Sheet title={open?.subject ?? ''} open={!!open} onClose={() => setOpen(null)}>
        <View className='letter-open'>{open?.body}</View>
        {open?.link ? <Button id='letter-link' className='t-letter-link' onTap={() => follow(open)}>{t.inbox.open}</Button> : null}
      </Sheet>
    </View>
  )
}
