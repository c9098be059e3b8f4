/**
 * Ink on paper, water as the accent. Every colour is a role, given for light and for dark; `…Text` variants are the
 * same hue made dark (or light) enough to be read as text on paper (contrast 4.5 and more).
 */

export type Mode = 'light' | 'dark'

export interface Palette {
  ink: string
  muted: string
  faint: string
  paper: string
  surface: string
  sunken: string
  line: string
  water: string
  waterText: string
  waterWash: string
  deep: string
  onWater: string
  reed: string
  reedText: string
  reedWash: string
  clay: string
  clayText: string
  clayWash: string
  sand: string
  sandText: string
  sandWash: string
  shadow: string
}

export const palettes: Record<Mode, Palette> = {
  light: {
    ink: '#14212B',
    muted: '#54656F',
    faint: '#5C6D77',
    paper: '#FBFCFC',
    surface: '#FFFFFF',
    sunken: '#F2F6F6',
    line: '#E3E9EC',
    water: '#0E7C86',
    waterText: '#0B6A73',
    waterWash: '#E4F2F2',
    deep: '#0B4F57',
    onWater: '#FFFFFF',
    reed: '#7BA05B',
    reedText: '#4B6E30',
    reedWash: '#EDF4E6',
    clay: '#C8553D',
    clayText: '#B23F28',
    clayWash: '#FBEAE6',
    sand: '#E9B44C',
    sandText: '#855D0C',
    sandWash: '#FCF3DF',
    shadow: '0 8px 28px rgba(11, 47, 54, 0.12)',
  },
  dark: {
    ink: '#E4ECEF',
    muted: '#9DADB6',
    faint: '#8796A0',
    paper: '#0D151A',
    surface: '#131D23',
    sunken: '#18242B',
    line: '#263640',
    water: '#3CB4BE',
    waterText: '#5CC3CB',
    waterWash: '#12343A',
    deep: '#0B4F57',
    onWater: '#04181B',
    reed: '#8DB46C',
    reedText: '#A3C884',
    reedWash: '#1F2E1A',
    clay: '#DB6F57',
    clayText: '#EE917C',
    clayWash: '#3A201A',
    sand: '#E9B44C',
    sandText: '#EDC370',
    sandWash: '#332A14',
    shadow: '0 8px 28px rgba(0, 0, 0, 0.5)',
  },
}

/** Four sizes, two weights, one radius, a grid of four. */
export const type = { small: 12, body: 14, title: 18, figure: 28, regular: 400, strong: 600 } as const
export const radius = 6
export const grid = 4

export const fontFamily =
  'system-ui, -apple-system, "PingFang SC", "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif'

/** The palette as CSS custom properties (`--ink`, `--water-text`, …), to be put on the root element. */
export function cssVariables(mode: Mode): Record<string, string> {
  const kebab = (role: string) => role.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)
  return Object.fromEntries(Object.entries(palettes[mode]).map(([role, value]) => [`--${kebab(role)}`, value]))
}

const channels = (hex: string) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16))

/** How much light a colour gives, 0 to 1 (WCAG 2 relative luminance). */
export function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = channels(hex).map((value) => {
    const v = value / 255
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** Black or white, whichever can be read on a colour; one of the two always has a contrast over 4.5. */
export const inkOn = (hex: string): string => (luminance(hex) > 0.179 ? '#000000' : '#FFFFFF')

/** A colour between two, `part` of the way from the first to the second. */
export function mix(from: string, to: string, part: number): string {
  const [a, b] = [channels(from), channels(to)]
  return `#${a.map((value, i) => Math.round(value + ((b[i] ?? value) - value) * part).toString(16).padStart(2, '0')).join('')}`
}
