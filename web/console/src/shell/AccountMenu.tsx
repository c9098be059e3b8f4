import { useMutation } from '@tanstack/react-query'
import { Dropdown } from 'antd'
import type { MenuProps } from 'antd'
import { ChevronsUpDown, Languages, LogOut, MoonStar, ShoppingBag } from 'lucide-react'
import { api, queries } from '@/server'
import { switchLanguage, useLang } from '@/words'
import { useSession } from './session'
import { useTheme, type Choice } from './theme'
import { useShell } from './words'
import css from './Layout.module.css'

export function useSignOut() {
  return useMutation({
    mutationFn: api.session.close,
    onSettled: () => {
      queries.clear()
      window.location.assign('/sign-in')
    },
  })
}

export function AccountMenu({ wide }: { wide?: boolean }) {
  const t = useShell()
  const lang = useLang()
  const theme = useTheme()
  const { me } = useSession()
  const signOut = useSignOut()

  const choices: { key: Choice; label: string }[] = [
    { key: 'auto', label: t('theme_auto') },
    { key: 'light', label: t('theme_light') },
    { key: 'dark', label: t('theme_dark') },
  ]
  const items: MenuProps['items'] = [
    { key: 'mall', icon: <ShoppingBag size={16} />, label: <a href="/m/" target="_blank" rel="noreferrer">{t('open_mall')}</a> },
    {
      key: 'theme',
      icon: <MoonStar size={16} />,
      label: t('theme'),
      children: choices.map((each) => ({ key: `theme-${each.key}`, label: each.label, onClick: () => theme.choose(each.key) })),
    },
    {
      key: 'language',
      icon: <Languages size={16} />,
      label: `${t('language')} · ${lang === 'zh' ? 'English' : '中文'}`,
      onClick: () => switchLanguage(lang === 'zh' ? 'en' : 'zh'),
    },
    { type: 'divider' },
    { key: 'out', icon: <LogOut size={16} />, label: t('sign_out'), onClick: () => signOut.mutate() },
  ]
  const selectedKeys = [`theme-${theme.choice}`]
  return (
    <Dropdown menu={{ items, selectable: true, selectedKeys }} trigger={['click']} placement={wide ? 'top' : 'topLeft'}>
      <button type="button" className={css.account} aria-label={`${t('account')} ${me.staff.name}`} data-testid="account">
        <span className={css.avatar} aria-hidden>{[...me.staff.name][0]}</span>
        <span className="grow">
          <span className="cut" style={{ display: 'block', lineHeight: '18px' }}>{me.staff.name}</span>
          <span className="small muted" style={{ display: 'block', lineHeight: '16px' }}>{t(`role_${me.staff.role}`)}</span>
        </span>
        <ChevronsUpDown size={14} aria-hidden />
      </button>
    </Dropdown>
  )
}
