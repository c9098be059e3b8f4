import type { Import, ImportState } from 'api'
import { StateChip, type Tone } from '@/parts/chips'
import { useImports } from './words'

const tones: Record<ImportState, Tone> = { uploaded: 'warn', checking: 'warn', checked: 'water', running: 'warn', done: 'good', cancelled: 'plain', failed: 'bad' }

export function ImportStateChip({ of }: { of: Import }) {
  const t = useImports()
  return <StateChip tone={tones[of.state]}>{t(`state_${of.state}`)}{of.dry_run && of.state === 'done' && ` · ${t('dry_badge')}`}</StateChip>
}
