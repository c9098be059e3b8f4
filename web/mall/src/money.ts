/** 1290 → "12.90". Integer arithmetic only. */
export function yuan(fen: number): string {
  const whole = Math.trunc(Math.abs(fen) / 100)
  const cents = String(Math.abs(fen) % 100).padStart(2, '0')
  return `${fen < 0 ? '-' : ''}${grouped(whole)}.${cents}`
}

export const priced = (fen: number) => `¥${yuan(fen)}`

function grouped(whole: number): string {
  return String(whole).replace(/\B(?=(\d{3})+$)/g, ',')
}
