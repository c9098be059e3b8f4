/** The step between columns and run: who wins where the file says something else than what is here. */
import { useQuery } from '@tanstack/react-query'
import { Radio, Select } from 'antd'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import css from '../imports/imports.module.css'
import { lacksTime, policies, systems, type Policy, type Weighed, type Wish } from './ask'
import { usePolicy } from './words'

interface ConflictsProps { of: Weighed; mapping: Record<string, string>; wish: Wish; change: (wish: Wish) => void }

export function Conflicts({ of, mapping, wish, change }: ConflictsProps) {
  const t = usePolicy()
  const f = useFormat()
  const known = useQuery({ queryKey: ['sync-systems'], queryFn: systems })
  const fields = of.fields.filter((field) => field.policy && mapping[field.field])
  const codes = (known.data?.items ?? []).map((system) => system.code)
  const setSystem = (system: string | null) => change(system ? { system, fields: {} } : { default: 'weaker', fields: {} })
  function setField(field: string, policy: Policy | null) {
    const { [field]: _, ...rest } = wish.fields
    change({ ...wish, fields: policy ? { ...rest, [field]: policy } : rest })
  }
  const choices = policies.map((value) => ({ value, label: t(value) }))
  return (
    <Card title={t('title')} note={t('note')}
      extra={codes.length > 0 && (
        <Select allowClear size="small" style={{ minWidth: 150 }} aria-label={t('system')} placeholder={t('system')} value={wish.system ?? null} data-testid="policy-system"
          options={codes.map((value) => ({ value, label: t('of_system', { system: value }) }))} onChange={(value: string | null) => setSystem(value ?? null)} />
      )}>
      <div className="stack">
        {wish.system ? <p className={`${css.says} ${css.plain}`}>{t('system_note', { system: wish.system })}</p> : (
          <Radio.Group className={css.kinds} value={wish.default ?? 'weaker'} onChange={(event) => change({ ...wish, default: event.target.value as Policy })}>
            {policies.filter((each) => each !== 'ours').map((each) => (
              <Radio key={each} value={each} data-testid={`policy-${each}`}>{t(each)}<span className={css.kindNote}>{t(`${each}_note`)}</span></Radio>
            ))}
          </Radio.Group>
        )}
        {lacksTime(of, wish, mapping) && <p className={`${css.says} ${css.bad}`} role="alert">{t('lacks_time')}</p>}
        <details open={Object.keys(wish.fields).length > 0}>
          <summary className="muted" data-testid="policy-fields">{t('per_field')}</summary>
          <table className={`plain-table ${css.map}`}>
            <thead><tr><th scope="col">{t('field')}</th><th scope="col">{t('policy')}</th></tr></thead>
            <tbody>
              {fields.map((field) => (
                <tr key={field.field} data-testid={`policy-of-${field.field}`}>
                  <td>{field[f.lang]}</td>
                  <td style={{ width: '60%' }}>
                    <Select allowClear style={{ width: '100%' }} placeholder={wish.system ? t('as_system') : t('as_default')} value={wish.fields[field.field] ?? null} aria-label={`${t('policy')} ${field[f.lang]}`}
                      options={choices} onChange={(policy: Policy | null) => setField(field.field, policy ?? null)} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      </div>
    </Card>
  )
}
