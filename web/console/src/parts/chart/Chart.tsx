/** A chart with the same data as a table and a download. ECharts itself arrives when the first chart is drawn. */
import { useEffect, useRef, useState, type ReactNode } from 'react'
import type { EChartsCoreOption, EChartsType } from 'echarts/core'
import { Button } from 'antd'
import { ChartSpline, Download, Table2 } from 'lucide-react'
import { echartsTheme } from 'kit'
import { download, toCsv, type Cell } from '@/parts/csv'
import { Card } from '@/parts/Page'
import { useTheme } from '@/shell/theme'
import { useCommon } from '@/words/common'
import css from './chart.module.css'

export interface Sheet { head: string[]; rows: Cell[][]; show?: (value: Cell, column: number) => ReactNode }

export interface ChartCardProps {
  id: string
  title: string
  note?: string
  sheet: Sheet
  extra?: ReactNode
  children: ReactNode
}

/** The frame of any chart, drawn by ECharts or by hand. */
export function ChartCard({ id, title, note, sheet, extra, children }: ChartCardProps) {
  const t = useCommon()
  const [asTable, setAsTable] = useState(false)
  const tools = (
    <>
      {extra}
      <Button type="text" size="small" icon={asTable ? <ChartSpline size={16} /> : <Table2 size={16} />}
        title={asTable ? t('show_chart') : t('show_table')} aria-label={asTable ? t('show_chart') : t('show_table')}
        aria-pressed={asTable} onClick={() => setAsTable(!asTable)} />
      <Button type="text" size="small" icon={<Download size={16} />} title={t('download_csv')} aria-label={t('download_csv')}
        onClick={() => download(`${id}.csv`, toCsv(sheet.head, sheet.rows))} />
    </>
  )
  return (
    <Card title={title} extra={tools} id={id} {...(note ? { note } : {})}>
      {asTable ? <SheetTable sheet={sheet} /> : children}
    </Card>
  )
}

function SheetTable({ sheet }: { sheet: Sheet }) {
  return (
    <div className={css.sheet} tabIndex={0}>
      <table className="plain-table">
        <thead>
          <tr>{sheet.head.map((name, n) => <th key={n} scope="col" className={n ? 'end' : ''}>{name}</th>)}</tr>
        </thead>
        <tbody>
          {sheet.rows.map((row, r) => (
            <tr key={r}>{row.map((value, n) => <td key={n} className={n ? 'end' : ''}>{sheet.show?.(value, n) ?? value ?? '—'}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface ChartProps {
  option: EChartsCoreOption
  height?: number
  label: string
  /** `data` is the item of the option that was pressed. */
  onClick?: (index: number, series: string, data: unknown) => void
  /** Loads kinds of chart that few pages draw; the same function each time. */
  more?: () => Promise<unknown>
}

export function Chart({ option, height = 280, label, onClick, more }: ChartProps) {
  const { mode } = useTheme()
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<EChartsType | null>(null)
  const latest = useRef({ option, onClick })
  latest.current = { option, onClick }

  useEffect(() => {
    let gone = false
    let watch: ResizeObserver | null = null
    void Promise.all([import('./echarts'), more?.()]).then(([{ init }]) => {
      if (gone || !box.current) return
      const made = init(box.current, echartsTheme(mode))
      chart.current = made
      made.setOption(latest.current.option)
      made.on('click', (event) => latest.current.onClick?.(event.dataIndex, event.seriesName ?? '', event.data))
      watch = new ResizeObserver(() => made.resize())
      watch.observe(box.current)
    })
    return () => {
      gone = true
      watch?.disconnect()
      chart.current?.dispose()
      chart.current = null
    }
  }, [mode, more])
  useEffect(() => {
    chart.current?.setOption(option, { notMerge: true })
  }, [option])

  return <div ref={box} role="img" aria-label={label} style={{ height }} className={css.box} />
}
