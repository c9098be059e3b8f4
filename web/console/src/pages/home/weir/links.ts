/** Where a click in the picture leads: the people behind it. */
import type { FlowNode } from 'api'
import { OTHERS } from './layout'

/** A source is a group of touchpoint kinds; its node may carry a prefix. */
const groupOf = (source: FlowNode) => encodeURIComponent(source.id.replace(/^(source|group)[_:]/, ''))

export function stageLink(stage: FlowNode, source?: FlowNode): string {
  const from = source && source.id !== OTHERS ? `&group=${groupOf(source)}` : ''
  return `/persons?stage=${stage.id}${from}`
}

export function sourceLink(source: FlowNode): string {
  return source.id === OTHERS ? '/touchpoints' : `/persons?group=${groupOf(source)}`
}
