import { words } from '@/words'

export const useImports = words(
  'imports',
  {
    title: '导入', what: '导入记录', note: '从 CSV 文件导入客户、商品、历史订单、门店和触点，支持 UTF-8 和 GBK。', back: '导入',
    kind: '导入类型', kind_persons: '客户', kind_products: '商品', kind_orders: '历史订单', kind_stores: '门店', kind_touchpoints: '触点',
    kind_persons_note: '手机号或邮箱会和已有客户自动合并', kind_products_note: '按编号更新，没有的新建', kind_orders_note: '会更新客户的阶段和消费', kind_stores_note: '编号没有的新建，已有的只更新位置（纬度、经度）', kind_touchpoints_note: '名称、种类和门店都相同的算同一个，不会重复建码',
    drop: '把 CSV 文件拖到这里，或点击选择', drop_hint: '第一行是表头。最大 200 MB。上传后先检查，不会直接写入。', uploading: '正在上传 {{name}}', too_big: '文件超过 200 MB，请拆分后上传', not_csv: '请选择 CSV 或文本文件',
    history: '导入记录', empty: '还没有导入记录', empty_hint: '选好类型，把文件拖到上方即可开始。',
    file: '文件', state: '状态', rows: '行数', ok: '成功', bad: '有问题', time: '时间', size: '大小', encoding: '编码',
    state_uploaded: '待核对', state_checking: '检查中', state_checked: '检查完毕', state_running: '导入中', state_done: '已完成', state_cancelled: '已取消', state_failed: '失败',
    map_title: '匹配字段', map_note: '已按列名自动匹配，请核对。', map_none: '不导入', map_required: '必填项还没有对应的列：{{fields}}', field: '字段', column: '文件里的列', sample: '示例', sample_title: '文件前几行',
    dry_run: '试运行', dry_note: '试运行会检查每一行，但什么都不写入。', run: '正式导入', run_title: '导入 {{n}} 行？', run_note: '{{ok}} 行可以导入，{{bad}} 行有问题会跳过并列出来。', run_note_blind: '还没有试运行。有问题的行会跳过并列出来。', cancel_import: '取消导入', cancel_title: '取消这次导入？', cancel_note: '已经写入的 {{n}} 行会保留，剩下的不再导入。', keep: '继续',
    checking: '正在检查', running: '正在导入，可以离开这个页面，稍后再来看。', progress: '{{done}} / {{total}} 行', done_dry: '检查完毕：{{ok}} 行可以导入，{{bad}} 行有问题。什么都没有写入。', done_real: '导入完成：{{ok}} 行成功，{{bad}} 行有问题。', failed: '导入失败：{{error}}', cancelled: '这次导入已取消，写入了 {{ok}} 行。',
    rejects: '有问题的行', rejects_note: '修改后，只需重新导入这些行', rejects_download: '下载全部', row: '行', reason: '原因', raw: '原文', started: '已开始', see_result: '查看导入的{{what}}', dry_badge: '试运行', again: '继续导入其他文件',
    quarantine: '查看隔离区', quarantine_note: '通过 SDK 和接口收到、但无法写入的事件保存在隔离区，不会丢失。',
  },
  {
    title: 'Imports', what: 'imports', note: 'Bring customers, products, past orders, stores and touchpoints in from CSV files, in UTF-8 or GBK.', back: 'Imports',
    kind: 'What to import', kind_persons: 'Customers', kind_products: 'Products', kind_orders: 'Past orders', kind_stores: 'Stores', kind_touchpoints: 'Touchpoints',
    kind_persons_note: 'Merged with known customers by phone or e-mail', kind_products_note: 'Updated by code, else created', kind_orders_note: 'Update stages and spending', kind_stores_note: 'New codes are created; of stores already here only the position (lat, lng) is updated', kind_touchpoints_note: 'Same name, kind and store is the same one: no second code',
    drop: 'Drop a CSV file here, or click to choose', drop_hint: 'The first row is the header. At most 200 MB. It is checked first; nothing is written yet.', uploading: 'Uploading {{name}}', too_big: 'The file is over 200 MB. Split it and try again.', not_csv: 'Choose a CSV or text file',
    history: 'Past imports', empty: 'Nothing imported yet', empty_hint: 'Choose what it is and drop the file.',
    file: 'File', state: 'State', rows: 'Rows', ok: 'Good', bad: 'Bad', time: 'Time', size: 'Size', encoding: 'Encoding',
    state_uploaded: 'To check', state_checking: 'Checking', state_checked: 'Checked', state_running: 'Importing', state_done: 'Done', state_cancelled: 'Cancelled', state_failed: 'Failed',
    map_title: 'Match fields', map_note: 'Matched by column name; please check.', map_none: 'Leave out', map_required: 'Required fields without a column: {{fields}}', field: 'Field', column: 'Column in the file', sample: 'Example', sample_title: 'First rows of the file',
    dry_run: 'Dry run', dry_note: 'A dry run checks every row and writes nothing.', run: 'Import', run_title: 'Import {{n}} rows?', run_note: '{{ok}} rows can be imported; {{bad}} have problems and will be skipped and listed.', run_note_blind: 'No dry run yet. Rows with problems are skipped and listed.', cancel_import: 'Cancel import', cancel_title: 'Cancel this import?', cancel_note: 'The {{n}} rows already written stay; the rest are not imported.', keep: 'Go on',
    checking: 'Checking', running: 'Importing. You can leave this page and come back later.', progress: '{{done}} of {{total}} rows', done_dry: 'Checked: {{ok}} rows can be imported, {{bad}} have problems. Nothing was written.', done_real: 'Imported: {{ok}} rows good, {{bad}} with problems.', failed: 'The import failed: {{error}}', cancelled: 'This import was cancelled after {{ok}} rows.',
    rejects: 'Rows with problems', rejects_note: 'Mend them and import only these', rejects_download: 'Download all', row: 'Row', reason: 'Reason', raw: 'As it came', started: 'Started', see_result: 'See the {{what}}', dry_badge: 'dry run', again: 'Import another file',
    quarantine: 'Open the quarantine', quarantine_note: 'Events from SDKs and the API that could not be written wait in the quarantine; none are lost.',
  },
)
