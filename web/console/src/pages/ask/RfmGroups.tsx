import { DataTable } from '@/parts/ask/DataTable'
import { useLabels } from '@/parts/ask/labels'
import { PeopleCount } from '@/parts/ask/people'
import type { RfmAnswer, RfmQuestion } from '@/parts/ask/types'
import { useFormat } from '@/parts/format'
import { useWords } from './words'

/** The eight kinds by money, recency and frequency. */
const KINDS = ['champion', 'promising', 'keep', 'win_back', 'regular', 'newcomer', 'fading', 'lost'] as const

/** What kinds of customer the grid holds, and what each brings. */
export function RfmGroups({ answer, q }: { answer: RfmAnswer; q: RfmQuestion }) {
  const t = useWords()
  const f = useFormat()
  const labels = useLabels()
  const persons = answer.groups.reduce((sum, group) => sum + group.persons, 0)
  const revenue = answer.groups.reduce((sum, group) => sum + group.revenue_fen, 0)
  const nameOf = (group: RfmAnswer['groups'][number]) => {
    const known = KINDS.find((kind) => kind === group.key)
    return known ? t(`rfm_${known}`) : labels.group(group, null)
  }
  return (
    <DataTable kind="rfm" question={q} title={t('rfm_groups')} head={[t('group'), t('size'), t('share'), t('revenue'), t('revenue_share'), t('per_head')]}
      more={[{
        name: 'rfm-groups', label: t('csv_rfm_groups'), head: [t('group'), t('size'), t('revenue'), t('per_head')],
        rows: answer.groups.map((group) => [nameOf(group), group.persons, group.revenue_fen / 100, group.persons ? Math.round(group.revenue_fen / group.persons) / 100 : null]),
      }]}
      rows={answer.groups.map((group) => {
        const name = nameOf(group)
        return {
          key: group.key,
          cells: [
            name, <PeopleCount key="n" n={group.persons} pick={{ group: group.key }} what={t('pick_group', { group: name })} testid="rfm-group" />, f.share(group.persons, persons),
            f.money(group.revenue_fen), f.share(group.revenue_fen, revenue), group.persons ? f.money(Math.round(group.revenue_fen / group.persons)) : '—',
          ],
        }
      })} />
  )
}
