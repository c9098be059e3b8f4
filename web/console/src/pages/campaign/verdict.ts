import type { CampaignResults } from 'api'

export type Verdict = 'up' | 'down' | 'open' | 'none' | 'zero'

/** What the numbers allow one to say: only an interval that leaves zero out says up or down. */
export function verdictOf({ incremental_fen, incremental_low_fen, incremental_high_fen, arms }: CampaignResults): Verdict {
  const holdout = arms.find((arm) => arm.arm === 'holdout')
  if (!holdout || holdout.persons === 0) return 'none'
  if (arms.every((arm) => arm.buyers === 0)) return 'zero'
  if (incremental_fen === null || incremental_low_fen === null || incremental_high_fen === null) return 'none'
  if (incremental_low_fen > 0) return 'up'
  if (incremental_high_fen < 0) return 'down'
  return 'open'
}
