/** A page's frame: where one is, what it is called, what can be done. */
import { useEffect, type ReactNode } from 'react'
import { Link } from 'react-router'
import { ChevronLeft } from 'lucide-react'
import css from './Page.module.css'

interface PageProps {
  title: string
  /** Shown beside the title in place of the plain text. */
  heading?: ReactNode
  note?: ReactNode
  back?: { to: string; label: string }
  actions?: ReactNode
  narrow?: boolean
  children: ReactNode
}

export function Page({ title, heading, note, back, actions, narrow, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Weir`
  }, [title])
  return (
    <div className={narrow ? `${css.page} ${css.narrow}` : css.page}>
      {back && (
        <Link to={back.to} className={css.back}>
          <ChevronLeft size={16} aria-hidden /> {back.label}
        </Link>
      )}
      <header className={css.header}>
        <div className={css.heading}>
          <h1 data-testid="page-title">{heading ?? title}</h1>
          {note && <p className="muted">{note}</p>}
        </div>
        {actions && <div className={css.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  )
}

export function Card({ title, note, extra, children, flush, id }: {
  title?: ReactNode
  note?: ReactNode
  extra?: ReactNode
  children: ReactNode
  flush?: boolean
  id?: string
}) {
  return (
    <section className={css.card} id={id} data-testid={id}>
      {(title || extra) && (
        <div className={css.cardHead}>
          <div className="grow">
            <h2>{title}</h2>
            {note && <p className="muted small">{note}</p>}
          </div>
          {extra && <div className={css.extra}>{extra}</div>}
        </div>
      )}
      <div className={flush ? css.flush : css.cardBody}>{children}</div>
    </section>
  )
}
