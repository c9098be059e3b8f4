/** A text in one's own words, with the usual ones a tap away. They lie below the field, so that they cover nothing. */
import { Input } from 'antd'
import css from './suggest.module.css'

interface SuggestProps { value?: string; onChange?: (value: string) => void; usual: string[]; placeholder?: string; label: string; testid?: string }

export function SuggestInput({ value = '', onChange, usual, placeholder, label, testid }: SuggestProps) {
  return (
    <div className={css.suggest}>
      <span data-testid={testid}>
        <Input value={value} onChange={(event) => onChange?.(event.target.value)} aria-label={label} maxLength={200} {...(placeholder ? { placeholder } : {})} />
      </span>
      <span className={css.usual}>
        {usual.map((each) => (
          <button key={each} type="button" aria-pressed={value === each} onClick={() => onChange?.(each)}>{each}</button>
        ))}
      </span>
    </div>
  )
}
