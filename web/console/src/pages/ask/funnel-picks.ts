import type { Pick } from '@/parts/ask/types'

/** Who did a step (counted from 0), and who did the one before and not this one. */
export const reached = (step: number, group: string | null): Pick => ({ step, dropped: false, group })
export const droppedAt = (step: number, group: string | null): Pick => ({ step, dropped: true, group })
