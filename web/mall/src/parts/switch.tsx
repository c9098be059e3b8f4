import { Text, View } from '@tarojs/components'
import { Tap } from './tap'

export function Switch({ id, label, on, onChange }: { id: string; label: string; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <Tap id={id} className='line' role='switch' chosen={on} label={label} onTap={() => onChange(!on)}>
      <Text className='line-name'>{label}</Text>
      <View className={`switch ${on ? 'on' : ''}`}><View className='switch-knob' /></View>
    </Tap>
  )
}
