/** The frame around every page: navigation at the left, or at the thumb on a phone; palette and shortcuts above all. */
import { Suspense, useEffect, useState } from 'react'
import { Outlet, useLocation } from 'react-router'
import { Drawer } from 'antd'
import { Search } from 'lucide-react'
import { PageLoading } from '@/parts/state'
import { Crash } from './Crash'
import { AccountMenu } from './AccountMenu'
import { Palette } from './Palette'
import { Shortcuts } from './Shortcuts'
import { Brandmark, NavLinks, ThumbBar } from './Nav'
import { useKeys } from './keys'
import { useShell } from './words'
import css from './Layout.module.css'

export function Layout() {
  const t = useShell()
  const place = useLocation()
  const [palette, setPalette] = useState(false)
  const [help, setHelp] = useState(false)
  const [drawer, setDrawer] = useState(false)
  useKeys({ openPalette: () => setPalette(true), openHelp: () => setHelp(true) })
  useEffect(() => {
    setDrawer(false)
    document.querySelector('main')?.scrollTo(0, 0)
  }, [place.pathname])

  return (
    <div className={css.shell}>
      <a href="#main" className={css.skip}>{t('skip')}</a>
      <aside className={css.side}>
        <Brandmark />
        <SearchButton open={() => setPalette(true)} />
        <NavLinks />
        <AccountMenu />
      </aside>
      <header className={css.top}>
        <Brandmark />
        <button type="button" className={css.topSearch} onClick={() => setPalette(true)} aria-label={t('go_anywhere')}>
          <Search size={20} aria-hidden />
        </button>
      </header>
      <main id="main" className={css.main} tabIndex={-1}>
        <Crash key={place.pathname}>
          <Suspense fallback={<PageLoading />}>
            <Outlet />
          </Suspense>
        </Crash>
      </main>
      <ThumbBar more={() => setDrawer(true)} />
      <Drawer open={drawer} onClose={() => setDrawer(false)} placement="bottom" size="85%" title={t('all_places')}>
        <NavLinks />
        <AccountMenu wide />
      </Drawer>
      <Palette open={palette} close={() => setPalette(false)} />
      <Shortcuts open={help} close={() => setHelp(false)} />
    </div>
  )
}

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent)

function SearchButton({ open }: { open: () => void }) {
  const t = useShell()
  return (
    <button type="button" className={css.search} onClick={open} data-testid="open-palette">
      <Search size={15} aria-hidden />
      <span className="grow">{t('go_anywhere')}</span>
      <kbd className={css.kbd}>{isMac ? '⌘K' : 'Ctrl K'}</kbd>
    </button>
  )
}
