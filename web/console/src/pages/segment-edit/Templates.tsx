import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { ruleText } from '@/parts/rule/text'
import type { Fields } from '@/parts/rule/use-fields'
import { templates, type Template } from '../segments/templates'
import { useSegments } from '../segments/words'
import css from '../segments/segments.module.css'

export function Templates({ take, fields }: { take: (template: Template) => void; fields: Fields }) {
  const t = useSegments()
  const { lang } = useFormat()
  return (
    <Card title={t('e_templates')} note={t('e_templates_note')} id="templates">
      <div className={css.templates}>
        {templates.map((each) => (
          <button key={each.key} type="button" className={css.template} onClick={() => take(each)} title={ruleText(each.rule, fields, lang)} data-testid={`template-${each.key}`}>
            <span className="strong">{each[lang]}</span>
            <span className="small muted">{each[`why_${lang}`]}</span>
          </button>
        ))}
      </div>
    </Card>
  )
}
