import { View } from '@tarojs/components'

/** WeChat asks for this file when the tab bar is our own; the bar itself is drawn by each root page (`parts/tabs.tsx`). */
export default function CustomTabBar() {
  return <View />
}
