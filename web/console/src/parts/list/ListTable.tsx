/** Rows of a list: a table where there is room, cards on a phone; with every state it can be in. */
import { useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { Button, Grid, Table } from 'antd'
import type { TableProps } from 'antd'
import { Empty, Failed, Loading } from '@/parts/state'
import { useFormat } from '@/parts/format'
import { useCommon } from '@/words/common'
import type { Column } from './columns'
import { useRowKeys } from './use-row-keys'
import type { ListState } from './use-list'
import css from './list.module.css'

export interface ListTableProps<T> {
  topic: string
  what: string
  list: ListState<T>
  columns: Column<T>[]
  id: (row: T) => string
  open?: (row: T) => void
  card: (row: T) => ReactNode
  /** Shown when there is nothing at all; when filters are on, the list says that nothing matches. */
  empty: ReactNode
  filtered?: boolean
  clear?: () => void
  selection?: { keys: string[]; set: (keys: string[]) => void }
}

export function ListTable<T extends object>(props: ListTableProps<T>) {
  const { topic, what, list, id, open } = props
  const t = useCommon()
  const wide = Grid.useBreakpoint().md ?? window.innerWidth >= 768
  const at = useRowKeys(list.rows, open)
  const { query, rows } = list

  if (query.isPending) return <Loading what={what} rows={8} />
  if (query.isError && rows.length === 0) return <Failed error={query.error} what={what} retry={() => void query.refetch()} />
  if (rows.length === 0) {
    if (!props.filtered) return props.empty
    return <Empty title={t('nothing_found')} hint={t('nothing_found_hint')}
      action={props.clear && <Button onClick={props.clear}>{t('clear_filters')}</Button>} />
  }
  return (
    <div className={query.isPlaceholderData ? css.stale : undefined} aria-busy={query.isPlaceholderData}>
      {wide ? <WideRows {...props} at={at} /> : (
        <ul className={css.cards} data-testid={`${topic}-list`}>
          {rows.map((row, index) => (
            <li key={id(row)} data-list-row data-testid={`${topic}-row`} className={index === at ? css.at : undefined}
              onClick={(event) => !isControl(event.target) && open?.(row)}>
              {props.card(row)}
            </li>
          ))}
        </ul>
      )}
      <ListFoot list={list} />
    </div>
  )
}

const isControl = (target: EventTarget) =>
  target instanceof HTMLElement && target.closest('a, button, input, label, [role="button"]') !== null

function WideRows<T extends object>({ topic, list, columns, id, open, selection, at }: ListTableProps<T> & { at: number }) {
  const t = useCommon()
  const shown = useMemo<NonNullable<TableProps<T>['columns']>>(
    () =>
      columns.map((column) => ({
        key: column.key,
        title: column.title,
        render: (_: unknown, row: T) => column.render(row),
        ...(column.width ? { width: column.width } : {}),
        ...(column.end ? { align: 'end' as const } : {}),
      })),
    [columns],
  )
  const rowSelection = selection && {
    selectedRowKeys: selection.keys,
    onChange: (keys: React.Key[]) => selection.set(keys.map(String)),
    getCheckboxProps: (row: T) => ({ 'aria-label': t('brief_row', { n: list.rows.indexOf(row) + 1 }) }),
    columnWidth: 44,
    columnTitle: (box: ReactNode) => <OnlySeen>{box}</OnlySeen>,
  }
  return (
    <Table<T>
      className={css.table}
      data-testid={`${topic}-list`}
      columns={shown}
      dataSource={list.rows}
      rowKey={id}
      pagination={false}
      scroll={{ x: 'max-content' }}
      size="middle"
      rowClassName={(_, index) => [open ? css.click : '', index === at ? css.at : ''].join(' ')}
      {...(rowSelection ? { rowSelection } : {})}
      onRow={(row) =>
        ({
          'data-list-row': true,
          'data-testid': `${topic}-row`,
          onClick: (event: React.MouseEvent) => !isControl(event.target) && open?.(row),
        }) as React.HTMLAttributes<HTMLElement>
      }
    />
  )
}

/** The table measures its columns in a hidden copy of the head; a box that can be focused does not belong there. */
function OnlySeen({ children }: { children: ReactNode }) {
  const own = useRef<HTMLSpanElement>(null)
  const [seen, setSeen] = useState(false)
  useLayoutEffect(() => setSeen(own.current?.closest('[aria-hidden="true"]') === null), [])
  return <span ref={own}>{seen && children}</span>
}

function ListFoot<T>({ list }: { list: ListState<T> }) {
  const t = useCommon()
  const f = useFormat()
  const { query, rows, total } = list
  return (
    <div className={css.foot}>
      <span className="muted small" role="status">
        {total === null && query.hasNextPage ? t('loaded', { n: f.count(rows.length) })
          : total !== null && rows.length < total ? t('loaded_of', { n: f.count(rows.length), total: f.count(total) })
          : t('total', { n: f.count(total ?? rows.length) })}
      </span>
      {query.hasNextPage && (
        <Button onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage} data-testid="load-more">{t('more')}</Button>
      )}
    </div>
  )
}
