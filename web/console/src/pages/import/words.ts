import { words } from '@/words'

export const usePolicy = words(
  'import-policy',
  {
    title: '与已有资料不一致时', note: '只影响系统里已有的客户；新客户照文件写入，空着的格子不会清掉已有的值。', policy: '以谁为准', field: '字段',
    weaker: '普通导入', weaker_note: '客户自填和员工改过的资料不变；姓名、手机号、邮箱、门店按文件更新', fill: '只补空缺', fill_note: '已有的值一律不变',
    file: '以文件为准', file_note: '视为员工修正，覆盖已有的值', newer: '以较新的为准', newer_note: '按「修改时间」列比较；没有时间的行只补空缺', ours: '不导入这个字段',
    per_field: '个别字段单独设定', as_default: '同上', as_system: '按系统规则', system: '来自哪个系统', of_system: '来自 {{system}}', system_note: '按 {{system}} 的同步规则逐字段处理，没有规则的只补空缺。',
    lacks_time: '「以较新的为准」需要知道每行的修改时间：请为「修改时间」选一列。',
    outcome_would: '如果正式导入', outcome_did: '写入结果', outcome_says: '新客户 {{created}} 行，资料有变化 {{changed}} 行，没有变化 {{same}} 行；其中 {{kept}} 行有文件里的值没有采用。',
    filled: '补上', changed: '改动', kept: '保留原值', kept_title: '没有采用的值', kept_note: '如需以文件为准，可以下载后换一种方式重新导入', kept_download: '下载全部', row: '行', stays: '保留的值和原因', raw: '原文', colon: '：', empty: '（空）',
    why_fill_only: '只补空缺', why_older: '系统里的修改更晚', why_no_time: '这一行没有修改时间', why_ours: '不导入这个字段', why_stronger: '以客户自填或员工修改为准',
  },
  {
    title: 'Where the file disagrees', note: 'Only for customers who are here already; new ones are written as the file has them, and empty cells clear nothing.', policy: 'Who wins', field: 'Field',
    weaker: 'As any import', weaker_note: 'What customers or staff said stays; name, phone, e-mail and store are updated', fill: 'Only fill what is empty', fill_note: 'No value that is here is touched',
    file: 'The file wins', file_note: 'As a correction by staff, over what is here', newer: 'The later one wins', newer_note: 'By the column “Changed at”; rows without a time only fill', ours: 'Leave this field alone',
    per_field: 'Decide for single fields', as_default: 'As above', as_system: 'By the system’s rules', system: 'From which system', of_system: 'From {{system}}', system_note: 'Field by field as the sync rules of {{system}} say; what they do not name is only filled.',
    lacks_time: 'For the later one to win it must be known when a row was changed: choose a column for “Changed at”.',
    outcome_would: 'If it were imported', outcome_did: 'What was written', outcome_says: '{{created}} rows of new customers, {{changed}} that change something, {{same}} that change nothing; in {{kept}} rows a value of the file was not taken.',
    filled: 'Filled', changed: 'Changed', kept: 'Kept', kept_title: 'Values not taken', kept_note: 'To let the file win, download them and import again another way', kept_download: 'Download all', row: 'Row', stays: 'What stays, and why', raw: 'As it came', colon: ': ', empty: '(empty)',
    why_fill_only: 'only empty fields are filled', why_older: 'changed here later', why_no_time: 'the row has no time', why_ours: 'field left alone', why_stronger: 'customer or staff said so',
  },
)
