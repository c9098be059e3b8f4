import { useMemo } from 'react'
import { Link, useNavigate } from 'react-router'
import type { Promoter } from 'api'
import { api } from '@/server'
import { useFormat } from '@/parts/format'
import { useColumnChoice, type Column } from '@/parts/list/columns'
import { ListBar } from '@/parts/list/ListBar'
import { ListTable } from '@/parts/list/ListTable'
import { useFilters, useList } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { Empty } from '@/parts/state'
import { useSession } from '@/shell/session'
import { useCommon } from '@/words/common'
import { usePromoters } from './words'

function useColumns(): Column<Promoter>[] {
  const t = usePromoters()
  const c = useCommon()
  const f = useFormat()
  return useMemo(() => {
    const money = (key: 'sales_fen' | 'pending_fen' | 'payable_fen' | 'owed_fen', title: string): Column<Promoter> => ({
      key, title, end: true, csv: (row) => row[key] / 100, render: (row) => (row[key] === 0 ? '—' : f.money(row[key])),
    })
    return [
      { key: 'person', title: t('person'), csv: (row) => row.person.name, render: (row) => <Link to={`/persons/${row.person.id}`} className="strong">{row.person.name ?? c('unnamed')}</Link> },
      { key: 'code', title: t('code'), csv: (row) => row.code, render: (row) => <span className="mono">{row.code}</span> },
      { key: 'referred', title: t('referred'), end: true, csv: (row) => row.referred, render: (row) => f.count(row.referred) },
      { key: 'orders', title: t('orders'), end: true, csv: (row) => row.orders, render: (row) => f.count(row.orders) },
      money('sales_fen', t('sales')), money('pending_fen', t('pending')), money('payable_fen', t('payable')), money('owed_fen', t('owed')),
    ]
  }, [t, c, f])
}

export default function Promoters() {
  const t = usePromoters()
  const c = useCommon()
  const f = useFormat()
  const navigate = useNavigate()
  const { brand } = useSession()
  const filters = useFilters([])
  const list = useList<Promoter>(['promoters'], (page) => api.grow.promoters(page))
  const columns = useColumns()
  const choice = useColumnChoice('promoters', columns)
  const share = f.percent(brand.settings.commission_bp)
  return (
    <Page title={t('title')} note={t('note', { share, days: brand.settings.return_days })}>
      <Card flush>
        <ListBar topic="promoters" filters={filters} columns={columns} choice={choice} rows={list.rows} />
        <ListTable
          topic="promoters"
          what={t('what')}
          list={list}
          columns={choice.visible}
          id={(row) => row.person.id}
          open={(row) => void navigate(`/persons/${row.person.id}`)}
          card={(row) => (
            <div className="stack tight">
              <div className="row between"><Link to={`/persons/${row.person.id}`} className="strong cut">{row.person.name ?? c('unnamed')}</Link><span>{f.money(row.sales_fen)}</span></div>
              <div className="row between small muted"><span>{t('brought', { n: row.referred })}</span><span>{t('payable')} {f.money(row.payable_fen)}</span></div>
            </div>
          )}
          empty={<Empty title={t('empty')} hint={t('empty_hint')} />}
        />
      </Card>
    </Page>
  )
}
