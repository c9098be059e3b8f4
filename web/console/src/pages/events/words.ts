import { words } from '@/words'

const zh = {
  title: '事件目录', what: '事件', note: '系统收到过哪些事件和属性、各有多少、哪些含个人信息。数量按天精确统计，属性按抽样识别。',
  name: '事件', source: '来源', recent: '近 30 天', total: '累计', trend: '每天', properties: '属性', last: '最近一次', blocked: '已拦截', personal: '含个人信息', ours: 'Weir 自有',
  source_ours: 'Weir 自有', source_segment: 'Segment 接口', source_sensors: '神策接口', source_posthog: 'PostHog 接口', search_hint: '按名称搜索事件',
  empty: '还没有收到事件', empty_hint: '在「API 密钥」里新建写入密钥，用 Segment、神策或 PostHog 的 SDK 发送第一个事件，或在网页里加一行 /w.js。', to_keys: '去新建密钥',
  volume: '每天的数量', taken: '接收', day: '日期', no_recent: '近 30 天没有发生过。',
  p_name: '属性', p_types: '类型', p_sample: '最近的值', p_pii: '个人信息', p_act: '处理', p_none: '这个事件不带属性。',
  type_text: '文本', type_time: '时间', type_number: '数值', type_truth: '是/否', type_list: '列表', type_object: '对象', type_null: '空',
  pii_auto: '自动识别', pii_none: '不是', pii_phone: '手机号', pii_email: '邮箱', pii_id_number: '证件号', pii_name: '姓名', pii_address: '地址', pii_network: '网络地址', by_hand: '人工标注', pii_of: '{{name}} 是哪类个人信息',
  marked: '已标注', rules: '采集规则', rules_note: '在写入之前生效，只影响之后收到的事件。被拦截的会计数，不会悄悄消失。', rule_none: '还没有规则。',
  add_rule: '添加规则', kind: '处理方式', target: '新名称', event: '事件', property: '属性', any_event: '所有事件', applied: '已用 {{n}} 次', remove_title: '删除这条规则？', remove_note: '之后收到的事件不再按它处理，已经处理过的不变。', removed: '已删除',
  k_block_event: '拦截事件', k_rename_event: '事件改名', k_rename_property: '属性改名', k_drop_property: '丢弃属性', k_mask_property: '属性打码', needed: '请填写', event_hint: '按收到时的名称填写。留空表示所有事件。', event_hint_one: '按收到时的名称填写。', property_hint: '按收到时的名称填写。', rule_added: '规则已生效', act_on: '处理属性 {{name}}',
  s_block: '拦截「{{event}}」', s_rename_event: '「{{event}}」改名为「{{target}}」', s_rename_property: '{{event}} 的属性「{{property}}」改名为「{{target}}」', s_drop: '丢弃{{event}}的属性「{{property}}」', s_mask: '{{event}}的属性「{{property}}」打码', of_event: '「{{event}}」',
} as const

const en: { [K in keyof typeof zh]: string } = {
  title: 'Event catalogue', what: 'events', note: 'Which events and properties have arrived, how many, and which hold personal data. Volumes are exact by day; properties are sampled.',
  name: 'Event', source: 'Source', recent: 'Last 30 days', total: 'All time', trend: 'By day', properties: 'Properties', last: 'Last seen', blocked: 'Blocked', personal: 'Personal data', ours: 'Weir’s own',
  source_ours: 'Weir’s own', source_segment: 'Segment API', source_sensors: 'Sensors API', source_posthog: 'PostHog API', search_hint: 'Search events by name',
  empty: 'No events yet', empty_hint: 'Make a write key under “API keys” and send the first event with an SDK of Segment, Sensors Analytics or PostHog, or put one line of /w.js into a page.', to_keys: 'Make a key',
  volume: 'Volume by day', taken: 'Taken', day: 'Day', no_recent: 'It did not happen in the last 30 days.',
  p_name: 'Property', p_types: 'Types', p_sample: 'Latest value', p_pii: 'Personal data', p_act: 'Act', p_none: 'This event has no properties.',
  type_text: 'text', type_time: 'time', type_number: 'number', type_truth: 'yes/no', type_list: 'list', type_object: 'object', type_null: 'empty',
  pii_auto: 'Guess', pii_none: 'No', pii_phone: 'Phone', pii_email: 'E-mail', pii_id_number: 'Id number', pii_name: 'Name', pii_address: 'Address', pii_network: 'Network address', by_hand: 'set by hand', pii_of: 'What personal data {{name}} is',
  marked: 'Marked', rules: 'Intake rules', rules_note: 'They act before anything is written, on events that arrive from now on. What is blocked is counted, so nothing disappears unseen.', rule_none: 'No rules yet.',
  add_rule: 'Add rule', kind: 'Do what', target: 'New name', event: 'Event', property: 'Property', any_event: 'every event', applied: 'applied {{n}} times', remove_title: 'Remove this rule?', remove_note: 'Events that arrive from now on are no longer treated by it. What was done stays done.', removed: 'Removed',
  k_block_event: 'Block event', k_rename_event: 'Rename event', k_rename_property: 'Rename property', k_drop_property: 'Drop property', k_mask_property: 'Mask property', needed: 'Please fill this in', event_hint: 'The name as it arrives. Leave it empty for every event.', event_hint_one: 'The name as it arrives.', property_hint: 'The name as it arrives.', rule_added: 'The rule is in force', act_on: 'Act on property {{name}}',
  s_block: 'Block “{{event}}”', s_rename_event: 'Rename “{{event}}” to “{{target}}”', s_rename_property: 'Rename property “{{property}}” of {{event}} to “{{target}}”', s_drop: 'Drop property “{{property}}” of {{event}}', s_mask: 'Mask property “{{property}}” of {{event}}', of_event: '“{{event}}”',
}

export type EventsWord = keyof typeof zh
export const useEvents = words('catalogue', zh, en)
