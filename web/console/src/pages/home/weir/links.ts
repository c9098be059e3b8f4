/** Where a click in the picture leads. */
import type { FlowNode } from 'api'
import { OTHERS } from './layout'

export function stageLink(stage: FlowNode, source?: FlowNode): string {
  const from = source && source.id !== OTHERS ? `&source=${encodeURIComponent(source.id)}` : ''
  return `/persons?stage=${stage.id}${from}`
}

export function sourceLink(source: FlowNode): string {
  return source.id === OTHERS ? '/touchpoints' : `/persons?source=${encodeURIComponent(source.id)}`
}
