import { words } from '@/words'

const zh = {
  title: '隔离区', count: '待处理数量', what: '被隔离的事件', note: '已收到、但暂时无法写入的事件，按原样保留。处理好原因后可以重放；重放多次也只计一次，时间以首次收到为准。',
  received: '收到时间', reason: '原因', detail: '说明', source: '来源', state: '状态', times: '次数', raw: '原文',
  r_schema_invalid: '格式不符', r_time_implausible: '时间不合理', r_too_large: '内容过大', r_conflict: '同一编号内容不同', r_forbidden: '占用了系统事件名', r_corrupt: '传输中损坏',
  s_open: '待处理', s_replayed: '已重放', s_dismissed: '已忽略', s_all: '全部', source_segment: 'Segment 接口', source_sensors: '神策接口', source_posthog: 'PostHog 接口', source_mall: '商城',
  replay: '重放', replay_fixed: '按修改后的内容重放', dismiss: '忽略', replay_all: '全部重放', dismiss_all: '全部忽略', edit_raw: '修改后重放', edit_note: '在这里改正内容。原文会一直留作凭证。',
  done: '已写入', still: '仍然无法写入：{{detail}}', dismissed: '已忽略', many_done: '写入 {{replayed}} 条，{{refused}} 条仍留在隔离区', many_dismissed: '忽略了 {{n}} 条',
  ask_all: '重放筛选出的待处理事件？', ask_all_note: '共 {{n}} 条。无法写入的会留在这里，并说明原因。', ask_dismiss: '忽略筛选出的待处理事件？', ask_dismiss_note: '共 {{n}} 条会从待处理里移走，原文仍保留。',
  cut: '只留下了开头 64 KB，不能原样重放。', empty: '隔离区是空的', empty_hint: '收到的事件都已正常写入。有问题的会先留在这里，不会丢失。', hint_rule: '占用系统事件名的，可以先在「事件目录」加一条改名规则再重放。', to_events: '去事件目录',
} as const

const en: { [K in keyof typeof zh]: string } = {
  title: 'Quarantine', count: 'how many are open', what: 'quarantined events', note: 'Events that arrived but could not be written yet, kept as they came. Replay them after a fix: however often, each counts once, with the time it first arrived.',
  received: 'Received', reason: 'Reason', detail: 'Explanation', source: 'Source', state: 'State', times: 'Times', raw: 'As it came',
  r_schema_invalid: 'Wrong shape', r_time_implausible: 'Implausible time', r_too_large: 'Too large', r_conflict: 'Same id, other content', r_forbidden: 'Name is Weir’s own', r_corrupt: 'Damaged on its way',
  s_open: 'Open', s_replayed: 'Replayed', s_dismissed: 'Dismissed', s_all: 'All', source_segment: 'Segment API', source_sensors: 'Sensors API', source_posthog: 'PostHog API', source_mall: 'Mall',
  replay: 'Replay', replay_fixed: 'Replay with changes', dismiss: 'Dismiss', replay_all: 'Replay all', dismiss_all: 'Dismiss all', edit_raw: 'Correct and replay', edit_note: 'Correct the content here. The original stays as evidence.',
  done: 'Written', still: 'It still cannot be written: {{detail}}', dismissed: 'Dismissed', many_done: '{{replayed}} written, {{refused}} stay in quarantine', many_dismissed: '{{n}} dismissed',
  ask_all: 'Replay the open events of this filter?', ask_all_note: '{{n}} in all. What cannot be written stays here with its reason.', ask_dismiss: 'Dismiss the open events of this filter?', ask_dismiss_note: '{{n}} leave the open ones; they are kept as they came.',
  cut: 'Only the first 64 KB were kept, so it cannot be replayed as it came.', empty: 'The quarantine is empty', empty_hint: 'Everything that arrived was written. What has a problem waits here first; nothing is lost.', hint_rule: 'For names that are Weir’s own, add a renaming rule in the event catalogue, then replay.', to_events: 'Event catalogue',
}

export type QuarantineWord = keyof typeof zh
export const useQuarantine = words('quarantine', zh, en)
