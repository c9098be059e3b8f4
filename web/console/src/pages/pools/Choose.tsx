/** One pool over all channels or several: what either means, and the change with its consequences in numbers. */
import { App, Radio } from 'antd'
import { Link } from 'react-router'
import { queries } from '@/server'
import { useAct } from '@/parts/act'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { pools, type Choice, type PoolList } from '@/parts/pools'
import { useSession } from '@/shell/session'
import { usePoolWords } from './words'
import css from './pools.module.css'

const CHOICES: Choice[] = ['one', 'several']

export function Choose({ list, writes }: { list: PoolList; writes: boolean }) {
  const t = usePoolWords()
  const f = useFormat()
  const { brand, can } = useSession()
  const { modal } = App.useApp()
  const save = useAct((choice: Choice) => pools.choose(brand, choice), { done: t('chosen'), then: () => void queries.invalidateQueries() })
  const several = list.cells.filter((cell) => cell.in.filter(Boolean).length > 1).reduce((sum, cell) => sum + cell.count, 0)
  const ask = (choice: Choice) =>
    void modal.confirm({
      title: t(`choose_title_${choice}`), okText: t('choose_ok'),
      content: t(`choose_${choice}`, { n: f.count(choice === 'several' ? several : list.waiting) }),
      onOk: () => save.mutateAsync(choice).catch(() => undefined),
    })
  return (
    <Card title={t('choice')} note={t('choice_note')} id="pool-choice">
      <div className="stack">
        <Radio.Group value={list.choice} disabled={!writes || save.isPending} onChange={(event) => ask(event.target.value as Choice)} className={css.options} aria-label={t('choice')}>
          {CHOICES.map((choice) => (
            <Radio key={choice} value={choice} className={css.option} data-testid={`choose-${choice}`}>
              <span className="stack tight">
                <span className="strong">{t(choice)}</span>
                <span className="small muted">{t(`${choice}_note`)}</span>
              </span>
            </Radio>
          ))}
        </Radio.Group>
        <p className="small muted">{t('kept')}</p>
        {(list.choice === 'several' || list.waiting > 0) && (
          <p data-testid="pool-waiting">
            {list.waiting === 0 ? <span className="muted">{t('no_waiting')}</span>
              : can('person.write') ? <Link to="/duplicates">{t('waiting', { n: list.waiting, count: list.waiting })}</Link> : t('waiting', { n: list.waiting, count: list.waiting })}
          </p>
        )}
      </div>
    </Card>
  )
}
