import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { Button } from 'antd'
import { Copy } from 'lucide-react'
import type { PersonGrow } from 'api'
import { api } from '@/server'
import { useCopy } from '@/parts/act'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Pairs } from '@/parts/Pairs'
import { Shown } from '@/parts/state'
import { useCommon } from '@/words/common'
import { usePerson } from './words'
import css from './person.module.css'

export function Referral({ id }: { id: string }) {
  const t = usePerson()
  const grow = useQuery({ queryKey: ['person', id, 'grow'], queryFn: () => api.persons.grow(id) })
  return (
    <Card title={t('referral')}>
      <Shown of={grow} what={t('referral')} rows={3}>{(data) => <Grown of={data} />}</Shown>
    </Card>
  )
}

function Grown({ of }: { of: PersonGrow }) {
  const t = usePerson()
  const c = useCommon()
  const f = useFormat()
  const copy = useCopy()
  const { link } = of
  const money: [string, string][] = [[t('pending'), f.money(of.pending_fen)], [t('payable'), f.money(of.payable_fen)]]
  if (of.owed_fen > 0) money.push([t('owed'), f.money(of.owed_fen)])
  return (
    <div className="stack">
      <Pairs
        items={[
          [t('ref_by'), of.referrer ? <Link to={`/persons/${of.referrer.id}`}>{of.referrer.name ?? c('unnamed')}</Link> : t('ref_none')],
          [t('ref_code'), of.code && (
            <span className="row">
              <span className="mono">{of.code}</span>
              {link && <Button size="small" type="text" icon={<Copy size={14} />} onClick={() => copy(link)} aria-label={`${c('copy')} ${t('ref_link')}`} />}
            </span>
          )],
          ...money,
        ]}
      />
      {of.referred.length > 0 && (
        <div>
          <p className="muted small">{t('ref_people')} · {c('persons', { n: of.referred.length })}</p>
          <ul className={css.consents}>
            {of.referred.slice(0, 8).map((each) => (
              <li key={each.id} className={css.line}>
                <Link to={`/persons/${each.id}`} className="cut">{each.name ?? c('unnamed')}</Link>
                <span className="muted small nowrap num">{c('orders', { n: each.orders })} · {f.money(each.paid_fen)}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}
