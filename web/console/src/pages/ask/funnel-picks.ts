import type { Pick } from '@/parts/ask/types'

/** Who came to a step (counted from 0), and who came to the one before it but not to this one. */
export const reached = (step: number, group: string | null): Pick => ({ step, dropped: false, group })
export const droppedAt = (step: number, group: string | null): Pick => ({ step, dropped: true, group })
