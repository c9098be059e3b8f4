import type { PropsWithChildren } from 'react'
import { View } from '@tarojs/components'

interface Props {
  id?: string
  className?: string
  label?: string
  disabled?: boolean
  /** A choice among several, or a switch: told to assistive technology. */
  chosen?: boolean
  role?: 'button' | 'link' | 'tab' | 'radio' | 'checkbox' | 'switch'
  onTap: () => void
}

/** Whatever can be tapped: at least 44 px high by its class, reachable by keyboard in the browser. */
export function Tap({ id, className = '', label, disabled, chosen, role = 'button', onTap, children }: PropsWithChildren<Props>) {
  const act = () => { if (!disabled) onTap() }
  return (
    <View
      {...(id ? { id } : {})}
      className={`tap ${className} ${disabled ? 'off' : ''} ${chosen ? 'on' : ''}`}
      hoverClass={disabled ? 'none' : 'tap-down'}
      onClick={(event) => { event.stopPropagation(); act() }}
      {...(process.env.TARO_ENV === 'h5' ? browserOnly(role, label, disabled, chosen, act) : { ariaRole: role, ariaLabel: label })}
    >
      {children}
    </View>
  )
}

function browserOnly(role: string, label: string | undefined, disabled: boolean | undefined, chosen: boolean | undefined, act: () => void) {
  const state = role === 'tab' ? 'aria-selected' : role === 'button' ? 'aria-pressed' : 'aria-checked'
  return {
    role,
    tabIndex: disabled ? -1 : 0,
    'aria-label': label,
    'aria-disabled': disabled ? 'true' : undefined,
    ...(chosen === undefined ? {} : { [state]: String(chosen) }),
    onKeyDown: (event: { key?: string; preventDefault?: () => void }) => {
      if (event.key === 'Enter' || event.key === ' ') { event.preventDefault?.(); act() }
    },
  }
}
