import { go, to } from '../go'
import { useWords } from '../words'
import { Empty } from './states'

/** What a page of one's own shows to a guest. */
export function Guest({ then }: { then: string }) {
  const t = useWords()
  return <Empty icon='user' title={t.signInFirst} hint={t.me.guestHint} action={t.signIn.submit} onAction={() => go(`${to.signIn}?then=${then}`)} />
}
