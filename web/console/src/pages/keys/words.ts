import { words } from '@/words'

export const useKeyWords = words(
  'keys',
  {
    title: 'API 密钥', what: '密钥', note: '供网站、小程序或其他系统使用的密钥。写入密钥只能发送事件；管理密钥等同于运营权限，只放在服务器上。', create: '新建密钥', name: '用途', name_hint: '例如「官网埋点」「ERP 同步」', name_needed: '请写明用途', scope: '权限', scope_ingest: '写入事件', scope_admin: '管理接口', prefix: '密钥前缀', created: '创建时间', last_used: '最近使用', never: '从未', status: '状态', active: '有效', revoked: '已停用', revoke: '停用', revoke_title: '停用「{{name}}」？', revoke_note: '使用它的系统会立即被拒绝，且不能恢复。', revoked_done: '密钥已停用',
    secret_title: '请保存好这个密钥', secret_note: '密钥只显示这一次，关闭后无法再查看；如果丢失，请新建一个。', secret_done: '我已保存', copy: '复制', empty: '还没有密钥', empty_hint: '新建密钥后，就能用标准 SDK 或接口发送事件。', how: '如何发送事件', how_note: '任何兼容 Segment 的 SDK 都可以使用，填入写入密钥和这个地址即可。',
  },
  {
    title: 'API keys', what: 'keys', note: 'For your site, mini program or other systems. A write key only sends events in; an admin key can do what an operator can, so keep it on servers.', create: 'New key', name: 'For', name_hint: 'e.g. “website”, “ERP sync”', name_needed: 'Say what it is for', scope: 'May', scope_ingest: 'Send events', scope_admin: 'Use the admin API', prefix: 'Prefix', created: 'Created', last_used: 'Last used', never: 'never', status: 'Status', active: 'Active', revoked: 'Revoked', revoke: 'Revoke', revoke_title: 'Revoke “{{name}}”?', revoke_note: 'Systems that use it are refused at once. It cannot be restored.', revoked_done: 'Key revoked',
    secret_title: 'Keep this key', secret_note: 'It is shown only once. After you close this nobody can see it; if lost, make a new one.', secret_done: 'I have kept it', copy: 'Copy', empty: 'No keys yet', empty_hint: 'Make one to send events in with standard SDKs or the API.', how: 'How to send events', how_note: 'Any Segment-compatible SDK works: give it a write key and this address.',
  },
)
