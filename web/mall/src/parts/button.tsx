import { Text } from '@tarojs/components'
import { Tap } from './tap'

interface Props {
  id?: string
  children: string
  kind?: 'main' | 'deep' | 'plain' | 'bad'
  busy?: boolean
  disabled?: boolean
  small?: boolean
  className?: string
  onTap: () => void
}

export function Button({ id, children, kind = 'main', busy, disabled, small, className = '', onTap }: Props) {
  return (
    <Tap id={id} className={`button ${kind} ${small ? 'small' : ''} ${busy ? 'busy' : ''} ${className}`}
      label={children} disabled={disabled || busy} onTap={onTap}>
      <Text>{children}</Text>
    </Tap>
  )
}
