import { words } from '@/words'

export const useSyncWords = words(
  'sync',
  {
    title: '客户同步', what: '同步记录', note: '与已有的 CRM 或会员系统双向同步：它按外部编号送来变化，也按位置取走变化。每个字段都可以设定以谁为准。',
    system: '系统', system_new: '新系统编号', system_hint: '系统编号用小写字母、数字和下划线，例如 crm', rules: '字段规则', field: '字段', from: '对方字段名', policy: '冲突时',
    theirs: '以对方为准', ours: '以本系统为准', newest: '以最新为准', fill_empty: '只补空缺', save: '保存规则', saved: '规则已保存',
    runs: '最近同步', at: '时间', items: '条数', created: '新建', changed: '更新', same: '无变化', refused: '拒收', why: '原因', empty: '还没有同步过', empty_hint: '用管理密钥调用 PUT /api/v1/sync/persons 送数据进来，GET 取走变化。', file: '导出客户', file_note: '最多导出 {{n}} 位客户',
    f_name: '姓名', f_phone: '手机号', f_email: '邮箱',
  },
  {
    title: 'Customer sync', what: 'sync runs', note: 'Two-way sync with an existing CRM or member system: it sends changes by external id and fetches ours by position. For every field you say who wins.',
    system: 'System', system_new: 'Code of a new system', system_hint: 'The code of a system has lower-case letters, digits and _, such as crm', rules: 'Rules by field', field: 'Field', from: 'Their name', policy: 'In conflict',
    theirs: 'Theirs wins', ours: 'Ours wins', newest: 'The newest wins', fill_empty: 'Only fill what is empty', save: 'Save rules', saved: 'Rules saved',
    runs: 'Last runs', at: 'Time', items: 'Items', created: 'Created', changed: 'Changed', same: 'Same', refused: 'Refused', why: 'Why', empty: 'No sync yet', empty_hint: 'Send data with PUT /api/v1/sync/persons and an admin key; GET it to fetch changes.', file: 'Export customers', file_note: 'At most {{n}} customers',
    f_name: 'Name', f_phone: 'Phone', f_email: 'E-mail',
  },
)
