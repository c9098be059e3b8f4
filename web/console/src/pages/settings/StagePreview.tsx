import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { STAGES } from 'api'
import { api } from '@/server'
import { StageChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Shown } from '@/parts/state'
import { useSettings } from './words'

export function StagePreview({ silent, churned }: { silent: number; churned: number }) {
  const t = useSettings()
  const f = useFormat()
  const preview = useQuery({
    queryKey: ['stage-preview', silent, churned],
    queryFn: () => api.brand.previewStages({ silent_days: silent, churned_days: churned }),
    placeholderData: keepPreviousData,
  })
  const signed = (n: number) => (n > 0 ? `+${f.count(n)}` : n === 0 ? '—' : f.count(n))
  return (
    <Shown of={preview} what={t('preview')}>
      {(data) => (
        <div aria-live="polite" data-testid="stage-preview">
          <p className="strong">{data.moving === 0 ? t('preview_none') : t('preview_moving', { n: f.count(data.moving) })}</p>
          <table className="plain-table">
            <thead><tr><th scope="col">{t('stage')}</th><th scope="col" className="end">{t('now')}</th><th scope="col" className="end">{t('then')}</th><th scope="col" className="end">{t('change')}</th></tr></thead>
            <tbody>
              {STAGES.map((stage) => (
                <tr key={stage}>
                  <td><StageChip stage={stage} /></td>
                  <td className="end">{f.count(data.now[stage])}</td>
                  <td className="end">{f.count(data.then[stage])}</td>
                  <td className="end">{signed(data.then[stage] - data.now[stage])}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Shown>
  )
}
