import { Link, useLocation } from 'react-router'
import { LayoutGrid } from 'lucide-react'
import { isAt, sections, thumbPlaces, type Place } from './nav'
import { useSession } from './session'
import { useShell } from './words'
import css from './Layout.module.css'

export function Brandmark() {
  const t = useShell()
  const { brand } = useSession()
  return (
    <Link to="/" className={css.brand} aria-label={`${brand.name} · ${t('home')}`}>
      <img src="/weir.svg" alt="" width={28} height={28} />
      <span className="cut strong" data-testid="brand-name">{brand.name}</span>
      {brand.sandbox && <span className={css.sandbox} title={t('sandbox_note')}>{t('sandbox')}</span>}
    </Link>
  )
}

/** Only what the role may open. */
function useOpen(): (place: Place) => boolean {
  const { can } = useSession()
  return (place) => !place.need || can(place.need)
}

export function NavLinks() {
  const t = useShell()
  const { pathname } = useLocation()
  const open = useOpen()
  return (
    <nav aria-label={t('main_nav')} className={css.nav}>
      {sections.filter((section) => section.places.some(open)).map((section, index) => (
        <div key={section.word ?? index} className={css.section}>
          {section.word && <p className={css.sectionName}>{t(section.word)}</p>}
          {section.places.filter(open).map((place) => (
            <Link
              key={place.path}
              to={place.path}
              className={css.item}
              aria-current={isAt(place, pathname) ? 'page' : undefined}
              data-testid={`nav-${place.word}`}
            >
              <place.icon size={16} aria-hidden />
              <span>{t(place.word)}</span>
            </Link>
          ))}
        </div>
      ))}
    </nav>
  )
}

export function ThumbBar({ more }: { more: () => void }) {
  const t = useShell()
  const { pathname } = useLocation()
  const open = useOpen()
  const near = thumbPlaces.filter(open).slice(0, 4)
  const elsewhere = !near.some((place) => isAt(place, pathname))
  return (
    <nav aria-label={t('main_nav')} className={css.thumb}>
      {near.map((place) => (
        <Link key={place.path} to={place.path} className={css.thumbItem} aria-current={isAt(place, pathname) ? 'page' : undefined}>
          <place.icon size={20} aria-hidden />
          <span>{t(place.word)}</span>
        </Link>
      ))}
      <button type="button" className={css.thumbItem} onClick={more} data-here={elsewhere || undefined} data-testid="nav-more">
        <LayoutGrid size={20} aria-hidden />
        <span>{t('more_places')}</span>
      </button>
    </nav>
  )
}
