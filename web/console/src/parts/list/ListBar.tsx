/** Above a list: search first, then filters as removable chips, saved views, columns and export. */
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { Button, Checkbox, Input, Popover, Select } from 'antd'
import { Columns3, Download, ListFilter, Search, X } from 'lucide-react'
import { useCommon } from '@/words/common'
import { useFormat } from '@/parts/format'
import { download, toCsv } from '@/parts/csv'
import type { Column } from './columns'
import type { FilterState } from './use-list'
import { Views } from './Views'
import css from './list.module.css'

export interface FilterSpec { name: string; label: string; options: { value: string; label: string }[] }

interface ListBarProps<T> {
  topic: string
  filters: FilterState
  specs?: FilterSpec[]
  searchHint?: string
  sorts?: { value: string; label: string }[]
  columns?: Column<T>[]
  choice?: { shown: string[]; choose: (keys: string[]) => void }
  rows?: T[]
  extra?: ReactNode
}

export function ListBar<T>({ topic, filters, specs = [], searchHint, sorts, columns, choice, rows, extra }: ListBarProps<T>) {
  const t = useCommon()
  return (
    <>
      <div className={css.bar}>
        {searchHint && <SearchBox hint={searchHint} value={filters.values.q ?? ''} set={(q) => filters.set({ q })} />}
        {specs.length > 0 && <AddFilter specs={specs} filters={filters} />}
        {sorts && (
          <Select aria-label={t('sort')} value={filters.values.sort ?? sorts[0]?.value ?? ''} options={sorts} popupMatchSelectWidth={false}
            onChange={(sort) => filters.set({ sort: sort === sorts[0]?.value ? undefined : sort })} data-testid="sort" />
        )}
        <span className="grow" />
        {extra}
        {specs.length > 0 && <Views topic={topic} />}
        {columns && choice && <ColumnChoice columns={columns} choice={choice} />}
        {columns && rows && <ExportButton topic={topic} columns={columns} rows={rows} />}
      </div>
      <Chips specs={specs} filters={filters} />
    </>
  )
}

/** What is typed reaches the address after a breath, so that the list does not stutter. */
function SearchBox({ hint, value, set }: { hint: string; value: string; set: (q: string | undefined) => void }) {
  const t = useCommon()
  const [text, setText] = useState(value)
  const sent = useRef(value)
  useEffect(() => {
    if (value !== sent.current) {
      sent.current = value
      setText(value)
    }
  }, [value])
  useEffect(() => {
    if (text.trim() === sent.current) return
    const timer = setTimeout(() => {
      sent.current = text.trim()
      set(sent.current || undefined)
    }, 250)
    return () => clearTimeout(timer)
  }, [text, set])
  return (
    <span className={css.search} data-list-search>
      <Input allowClear prefix={<Search size={15} aria-hidden />} placeholder={hint} aria-label={t('search')} value={text}
        onChange={(event) => setText(event.target.value)} onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
        data-testid="list-search" />
    </span>
  )
}

function AddFilter({ specs, filters }: { specs: FilterSpec[]; filters: FilterState }) {
  const t = useCommon()
  const content = (
    <div className={css.pop}>
      {specs.map((spec) => (
        <label key={spec.name}>
          {spec.label}
          <Select
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t('all')}
            value={filters.values[spec.name] ?? null}
            options={spec.options}
            onChange={(value: string | null) => filters.set({ [spec.name]: value ?? undefined })}
            data-testid={`filter-${spec.name}`}
          />
        </label>
      ))}
    </div>
  )
  return (
    <Popover content={content} trigger="click" placement="bottomLeft" destroyOnHidden>
      <Button icon={<ListFilter size={15} />} data-testid="add-filter">{t('filter')}</Button>
    </Popover>
  )
}

function Chips({ specs, filters }: { specs: FilterSpec[]; filters: FilterState }) {
  const t = useCommon()
  const active = specs.filter((spec) => filters.values[spec.name])
  if (active.length === 0) return null
  return (
    <div className={css.chips}>
      {active.map((spec) => {
        const value = filters.values[spec.name]
        const label = spec.options.find((option) => option.value === value)?.label ?? value
        return (
          <span key={spec.name} className={css.chip} data-testid={`chip-${spec.name}`}>
            <span className="cut">{spec.label} · {label}</span>
            <button type="button" aria-label={t('remove_filter', { what: spec.label })} onClick={() => filters.set({ [spec.name]: undefined })}>
              <X size={14} aria-hidden />
            </button>
          </span>
        )
      })}
      {active.length > 1 && <button type="button" className="linklike" onClick={filters.clear}>{t('clear_filters')}</button>}
    </div>
  )
}

function ColumnChoice<T>({ columns, choice }: { columns: Column<T>[]; choice: { shown: string[]; choose: (keys: string[]) => void } }) {
  const t = useCommon()
  const options = columns.slice(1).map((column) => ({ value: column.key, label: column.title }))
  const content = (
    <Checkbox.Group value={choice.shown} options={options} onChange={(keys) => choice.choose(keys)}
      style={{ display: 'flex', flexDirection: 'column', gap: 8 }} />
  )
  return (
    <Popover content={content} trigger="click" placement="bottomRight">
      <Button className="wide-only" icon={<Columns3 size={15} />} aria-label={t('columns')} title={t('columns')} />
    </Popover>
  )
}

function ExportButton<T>({ topic, columns, rows }: { topic: string; columns: Column<T>[]; rows: T[] }) {
  const t = useCommon()
  const f = useFormat()
  const save = () =>
    download(`${topic}.csv`, toCsv(columns.map((column) => column.title), rows.map((row) => columns.map((column) => column.csv(row)))))
  return (
    <Button icon={<Download size={15} />} aria-label={t('export_csv')} title={t('export_note', { n: f.count(rows.length) })} disabled={rows.length === 0}
      onClick={save} data-testid="export-csv" />
  )
}
