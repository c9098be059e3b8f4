import { words } from '@/words'

export const useAudit = words(
  'audit',
  {
    title: '操作日志', what: '操作日志', note: '员工和密钥做过的事，只增不改。', who: '谁', did: '做了什么', detail: '内容', when: '时间', source: '途径', empty: '还没有操作', empty_hint: '员工登录、发送活动、退款、改设置，都会记在这里。', props: '原始内容', key: '密钥', system: '系统', source_console: '管理台', source_api: 'API',
  },
  {
    title: 'Audit log', what: 'the log', note: 'What staff and keys did. It only grows.', who: 'Who', did: 'What', detail: 'Detail', when: 'When', source: 'By way of', empty: 'Nothing yet', empty_hint: 'Signing in, sending, refunding, changing settings: all is kept here.', props: 'As recorded', key: 'key', system: 'System', source_console: 'Console', source_api: 'API',
  },
)
