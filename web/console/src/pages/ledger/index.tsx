/** The money: every account with its balance, and the entries behind it. */
import { useMemo } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { CircleCheck, TriangleAlert } from 'lucide-react'
import type { Account, LedgerEntry } from 'api'
import { api } from '@/server'
import { StateChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { useColumnChoice, type Column } from '@/parts/list/columns'
import { ListBar } from '@/parts/list/ListBar'
import { ListTable } from '@/parts/list/ListTable'
import { useFilters, useList } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { Empty, Shown } from '@/parts/state'
import { useSaid } from '@/said'
import { useLedger, type LedgerWord } from './words'
import css from './ledger.module.css'

export default function LedgerPage() {
  const t = useLedger()
  const ledger = useQuery({ queryKey: ['ledger'], queryFn: api.grow.ledger })
  const { say } = useSaid()
  const filters = useFilters(['account'])
  const accounts = ledger.data?.accounts ?? []
  const balanced = ledger.data && (
    <span className={ledger.data.balanced ? 'good' : 'bad'} data-testid="ledger-balanced">
      <span className="row">
        {ledger.data.balanced ? <CircleCheck size={16} aria-hidden /> : <TriangleAlert size={16} aria-hidden />}
        {ledger.data.balanced ? t('balanced') : t('unbalanced')}
      </span>
    </span>
  )
  return (
    <Page title={t('title')} note={t('note')} actions={balanced}>
      <Card title={t('accounts')}>
        <Shown of={ledger} what={t('accounts')} empty={(data) => data.accounts.length === 0 && <Empty title={t('empty')} hint={t('empty_hint')} />}>
          {(data) => <Accounts accounts={data.accounts} chosen={filters.values.account} choose={(account) => filters.set({ account })} />}
        </Shown>
      </Card>
      {ledger.data && ledger.data.broken.length > 0 && (
        <ul className="bad" role="alert">{ledger.data.broken.map((each) => <li key={each}>{say(each)}</li>)}</ul>
      )}
      <Entries accounts={accounts} filters={filters} />
    </Page>
  )
}

function Accounts({ accounts, chosen, choose }: { accounts: Account[]; chosen: string | undefined; choose: (code: string | undefined) => void }) {
  const f = useFormat()
  return (
    <ul className={css.accounts}>
      {accounts.map((account) => (
        <li key={account.code}>
          <button type="button" aria-pressed={chosen === account.code} onClick={() => choose(chosen === account.code ? undefined : account.code)} data-testid={`account-${account.code}`}>
            <span className="small muted">{account[`name_${f.lang}`]}</span>
            <span className={css.balance}>{f.money(account.balance_fen)}</span>
            <span className="mono faint">{account.code}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

/** The kind that an account belongs to: the longest code that begins its own. */
function useAccountName(accounts: Account[]): (code: string) => string {
  const f = useFormat()
  return (code) => {
    const kinds = accounts.filter((each) => code === each.code || code.startsWith(`${each.code}:`))
    const best = kinds.sort((a, b) => b.code.length - a.code.length)[0]
    return best ? best[`name_${f.lang}`] : code
  }
}

/** What caused an entry: its key is a noun, its id and a verb (`order:ord_…:paid`). An order can be opened. */
function Cause({ cause }: { cause: string }) {
  const t = useLedger()
  const [noun = '', id = '', verb = ''] = cause.split(':')
  const word = `${noun}_${verb}`
  const said = t(word as LedgerWord)
  const text = said === word ? cause : said
  return id.startsWith('ord_') ? <Link to={`/orders/${id}`} title={cause}>{text}</Link> : <span title={cause}>{text}</span>
}

function Entries({ accounts, filters }: { accounts: Account[]; filters: ReturnType<typeof useFilters> }) {
  const t = useLedger()
  const f = useFormat()
  const name = useAccountName(accounts)
  const { account } = filters.values
  const list = useList<LedgerEntry>(['ledger', 'entries', account], (page) => api.grow.entries({ ...page, ...(account ? { account } : {}) }))
  const columns = useMemo<Column<LedgerEntry>[]>(() => {
    const fen = (value: number | null) => (value === null || value === 0 ? '' : f.money(value))
    return [
      { key: 'at', title: t('at'), csv: (row) => new Date(row.at).toISOString(), render: (row) => <span className="nowrap">{f.when(row.at)}</span> },
      { key: 'account', title: t('account'), csv: (row) => row.account, render: (row) => <StateChip tone="plain">{name(row.account)}</StateChip> },
      { key: 'key', title: t('cause'), csv: (row) => row.key, render: (row) => <Cause cause={row.key} /> },
      { key: 'debit', title: t('debit'), end: true, csv: (row) => row.debit_fen / 100, render: (row) => fen(row.debit_fen) },
      { key: 'credit', title: t('credit'), end: true, csv: (row) => row.credit_fen / 100, render: (row) => fen(row.credit_fen) },
      { key: 'balance', title: t('balance'), end: true, csv: (row) => (row.balance_after_fen === null ? null : row.balance_after_fen / 100), render: (row) => (row.balance_after_fen === null ? '—' : f.money(row.balance_after_fen)) },
    ]
  }, [t, f, accounts])
  const choice = useColumnChoice('ledger', columns)
  const specs = [{ name: 'account', label: t('account'), options: accounts.map((each) => ({ value: each.code, label: each[`name_${f.lang}`] })) }]
  return (
    <Card title={t('entries')} flush>
      <ListBar topic="ledger" filters={filters} specs={specs} columns={columns} choice={choice} rows={list.rows} />
      <ListTable
        topic="ledger"
        what={t('entries')}
        list={list}
        columns={choice.visible}
        id={(row) => row.id}
        card={(row) => (
          <div className="stack tight">
            <div className="row between"><span>{name(row.account)}</span>
              <span>{row.debit_fen ? `${t('debit')} ${f.money(row.debit_fen)}` : `${t('credit')} ${f.money(row.credit_fen)}`}</span></div>
            <div className="row between small muted"><span className="cut"><Cause cause={row.key} /></span><span className="nowrap">{f.when(row.at)}</span></div>
          </div>
        )}
        filtered={filters.active.length > 0}
        clear={filters.clear}
        empty={<Empty title={t('empty')} hint={t('empty_hint')} />}
      />
    </Card>
  )
}
