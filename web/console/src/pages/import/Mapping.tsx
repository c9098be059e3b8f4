import { Select } from 'antd'
import type { Import } from 'api'
import { useFormat } from '@/parts/format'
import { StateChip } from '@/parts/chips'
import { useCommon } from '@/words/common'
import { useImports } from '../imports/words'
import css from '../imports/imports.module.css'

export const missing = (of: Import, mapping: Record<string, string>) => of.fields.filter((field) => field.required && !mapping[field.field])

interface MappingProps { of: Import; mapping: Record<string, string>; change: (mapping: Record<string, string>) => void }

export function Mapping({ of, mapping, change }: MappingProps) {
  const t = useImports()
  const c = useCommon()
  const f = useFormat()
  const lacking = missing(of, mapping)
  const example = (column: string | undefined) => {
    const at = column ? of.columns.indexOf(column) : -1
    return at < 0 ? '' : (of.sample.map((row) => row[at]).find(Boolean) ?? '')
  }
  function set(field: string, column: string | undefined) {
    const { [field]: _, ...rest } = mapping
    change(column ? { ...rest, [field]: column } : rest)
  }
  return (
    <div className="stack">
      {lacking.length > 0 && <p className={`${css.says} ${css.bad}`} role="alert">{t('map_required', { fields: lacking.map((field) => field[f.lang]).join(f.lang === 'zh' ? '、' : ', ') })}</p>}
      <table className={`plain-table ${css.map}`}>
        <thead><tr><th scope="col">{t('field')}</th><th scope="col">{t('column')}</th><th scope="col">{t('sample')}</th></tr></thead>
        <tbody>
          {of.fields.map((field) => (
            <tr key={field.field} data-testid={`map-${field.field}`}>
              <td>{field[f.lang]} {field.required && <StateChip tone="warn">{c('required')}</StateChip>}</td>
              <td style={{ width: '40%' }}>
                <Select allowClear showSearch style={{ width: '100%' }} placeholder={t('map_none')} value={mapping[field.field] ?? null} aria-label={field[f.lang]}
                  options={of.columns.map((value) => ({ value, label: value }))} onChange={(column: string | null) => set(field.field, column ?? undefined)} />
              </td>
              <td className="muted">{example(mapping[field.field])}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <details>
        <summary className="muted">{t('sample_title')}</summary>
        <div className="scroll-x" tabIndex={0} style={{ marginTop: 8 }}>
          <table className="plain-table">
            <thead><tr>{of.columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr></thead>
            <tbody>{of.sample.map((row, index) => <tr key={index}>{of.columns.map((column, at) => <td key={column} className="nowrap">{row[at]}</td>)}</tr>)}</tbody>
          </table>
        </div>
      </details>
    </div>
  )
}
