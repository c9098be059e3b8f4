import { words } from '@/words'

export const useAudit = words(
  'audit',
  {
    title: '操作日志', what: '操作日志', note: '员工和密钥的操作记录，不能修改或删除。', who: '操作人', did: '操作', detail: '内容', when: '时间', source: '来源', empty: '还没有操作', empty_hint: '员工登录、发送活动、退款、改设置，都会记在这里。', props: '原始内容', system: '系统', source_console: '控制台', source_api: 'API',
  },
  {
    title: 'Audit log', what: 'the log', note: 'What staff and keys did. It cannot be changed or deleted.', who: 'Who', did: 'What', detail: 'Detail', when: 'When', source: 'By way of', empty: 'Nothing yet', empty_hint: 'Signing in, sending, refunding, changing settings: all is kept here.', props: 'As recorded', system: 'System', source_console: 'Console', source_api: 'API',
  },
)
