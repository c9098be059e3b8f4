/** A page as a link to send: whoever comes through it is the sender's friend, when the sender is signed in. */
import Taro from '@tarojs/taro'
import { origin } from './api'
import { toast } from './go'
import { me } from './session'

const base = () => (process.env.TARO_ENV === 'h5' ? window.location.origin : origin)

export function linkTo(page: string): string {
  const code = me.get()?.referral_code
  return `${base()}/m/${code ? `?r=${code}` : ''}#${page}`
}

/** The invitation link of the customer; the server may give it without its own address. */
export const absolute = (link: string) => (/^https?:/.test(link) ? link : base() + link)

/** In a mini program the path carries the code itself. */
export function pathTo(page: string): string {
  const code = me.get()?.referral_code
  return code ? `${page}${page.includes('?') ? '&' : '?'}r=${code}` : page
}

export function copy(text: string, said: string) {
  void Taro.setClipboardData({ data: text }).then(() => toast(said))
}
