/** Light, dark, or as the system has it; remembered. */
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { cssVariables, palettes, type Mode, type Palette } from 'kit'

export type Choice = 'auto' | Mode
const REMEMBERED = 'weir.theme'
const systemDark = window.matchMedia('(prefers-color-scheme: dark)')

interface Theme { choice: Choice; mode: Mode; palette: Palette; choose: (choice: Choice) => void }
const ThemeContext = createContext<Theme | null>(null)

function remembered(): Choice {
  const kept = localStorage.getItem(REMEMBERED)
  return kept === 'light' || kept === 'dark' ? kept : 'auto'
}

function paint(mode: Mode) {
  const root = document.documentElement
  for (const [name, value] of Object.entries(cssVariables(mode))) root.style.setProperty(name, value)
  root.style.colorScheme = mode
  root.style.background = palettes[mode].paper
  root.dataset.theme = mode
}
paint(modeOf(remembered(), systemDark.matches))

function modeOf(choice: Choice, dark: boolean): Mode {
  return choice === 'auto' ? (dark ? 'dark' : 'light') : choice
}

export function ThemeProvider({ children }: { children: ReactNode }) {
  const [choice, setChoice] = useState<Choice>(remembered)
  const [dark, setDark] = useState(systemDark.matches)
  const mode = modeOf(choice, dark)

  useEffect(() => {
    const follow = (event: MediaQueryListEvent) => setDark(event.matches)
    systemDark.addEventListener('change', follow)
    return () => systemDark.removeEventListener('change', follow)
  }, [])
  useEffect(() => paint(mode), [mode])

  const theme = useMemo<Theme>(() => {
    const choose = (next: Choice) => {
      localStorage.setItem(REMEMBERED, next)
      setChoice(next)
    }
    return { choice, mode, palette: palettes[mode], choose }
  }, [choice, mode])
  return <ThemeContext value={theme}>{children}</ThemeContext>
}

export function useTheme(): Theme {
  const theme = useContext(ThemeContext)
  if (!theme) throw new Error('useTheme outside ThemeProvider')
  return theme
}
