import { words } from '@/words'

export const useErasures = words(
  'erasures',
  {
    title: '删除凭证', what: '删除凭证', note: '每一次彻底删除客户的凭证。客户的资料已不在，凭证里也没有。',
    when: '开始时间', who: '操作人', reason: '原因', state: '状态', removed: '已删除', person: '客户编号', finished: '完成时间',
    open: '删除中', done: '已完成', system: '系统',
    empty: '没有删除过客户', empty_hint: '在客户的页面，打开「更多」菜单，选择「彻底删除」。',
    more: '更多', everything: '导出全部资料', erase: '彻底删除',
    ask_title: '彻底删除 {{name}}？', ask_lead: '删除后不能恢复，也不能撤销合并。',
    goes: '会删除', goes_1: '姓名、联系方式、身份标识、画像、标签、授权', goes_2: '事件的内容，隔离区和导入文件里留下的原文', goes_3: '登录、购物车、收货地址；未付款的订单会取消',
    stays: '会保留，但不再指向任何人', stays_1: '订单、付款、退款、佣金和账本的金额', stays_2: '每个事件的名称和时间，用于统计', stays_3: '标识的加密摘要：导入和同步不会让这位客户重新出现，除非本人再次登录商城',
    why: '原因', why_hint: '会保留在凭证里，请不要填写姓名或联系方式', why_needed: '请写明原因',
    type: '输入「{{word}}」以确认', word: '删除', type_needed: '请输入「{{word}}」', sure: '彻底删除', gone: '客户已删除，凭证在「删除凭证」里',
    n_events: '事件 {{n}}', n_identities: '身份标识 {{n}}', n_identity_log: '标识记录 {{n}}', n_tags: '标签 {{n}}', n_attributes: '加密属性 {{n}}', n_consents: '授权 {{n}}',
    n_sync: '同步记录 {{n}}', n_segments: '人群名单 {{n}}', n_merges: '合并记录 {{n}}', n_pairs: '疑似重复 {{n}}', n_reservations: '活码预留 {{n}}', n_samples: '属性示例 {{n}}', n_quarantine: '隔离记录 {{n}}',
    n_import_rows: '导入留存的行 {{n}}', n_messages_stopped: '未发消息 {{n}}', n_mails: '沙箱邮件 {{n}}', n_messages: '消息地址 {{n}}', n_sessions: '登录 {{n}}', n_cart_lines: '购物车 {{n}}', n_addresses: '收货地址 {{n}}',
    n_orders_cancelled: '取消的订单 {{n}}', n_orders_emptied: '清空地址的订单 {{n}}', n_referral_codes: '推荐码 {{n}}', n_bonds: '绑定关系 {{n}}', n_answers: '保存的应答 {{n}}',
  },
  {
    title: 'Erasures', what: 'the receipts', note: 'A receipt of every customer who was erased. Nothing of them is left, not here either.',
    when: 'Begun', who: 'Who', reason: 'Why', state: 'State', removed: 'Removed', person: 'Customer id', finished: 'Finished',
    open: 'Under way', done: 'Finished', system: 'System',
    empty: 'Nobody was erased', empty_hint: 'On a customer’s page, open “More” and choose “Erase”.',
    more: 'More', everything: 'Export everything', erase: 'Erase',
    ask_title: 'Erase {{name}}?', ask_lead: 'This cannot be undone, and merges cannot be taken back.',
    goes: 'Goes', goes_1: 'Name, contact details, identities, portrait, tags, consents', goes_2: 'What events say, and what quarantine and imports kept as it came', goes_3: 'Sessions, cart, address; unpaid orders are cancelled',
    stays: 'Stays, pointing at nobody', stays_1: 'Amounts of orders, payments, refunds, commissions and the ledger', stays_2: 'The name and time of each event, for counts', stays_3: 'Keyed digests of identities: no import or sync brings this customer back, unless they sign in to the mall again',
    why: 'Why', why_hint: 'Stays on the receipt: no names or contact details', why_needed: 'Say why',
    type: 'Type “{{word}}” to confirm', word: 'erase', type_needed: 'Type “{{word}}”', sure: 'Erase', gone: 'The customer is erased. The receipt is under Erasures.',
    n_events: '{{n}} events', n_identities: '{{n}} identities', n_identity_log: '{{n}} lines on identities', n_tags: '{{n}} tags', n_attributes: '{{n}} sealed attributes', n_consents: '{{n}} consents',
    n_sync: '{{n}} sync records', n_segments: '{{n}} on lists', n_merges: '{{n}} merges', n_pairs: '{{n}} possible duplicates', n_reservations: '{{n}} live-code places', n_samples: '{{n}} samples of properties', n_quarantine: '{{n}} quarantined',
    n_import_rows: '{{n}} rows kept of imports', n_messages_stopped: '{{n}} unsent messages', n_mails: '{{n}} sandbox mails', n_messages: '{{n}} message addresses', n_sessions: '{{n}} sessions', n_cart_lines: '{{n}} cart lines', n_addresses: '{{n}} addresses',
    n_orders_cancelled: '{{n}} orders cancelled', n_orders_emptied: '{{n}} orders without address', n_referral_codes: '{{n}} referral codes', n_bonds: '{{n}} bonds', n_answers: '{{n}} stored answers',
  },
)

/** Kinds of what is removed, in the order in which they are told. */
export const KINDS = [
  'events', 'identities', 'identity_log', 'tags', 'attributes', 'consents', 'segments', 'merges', 'pairs', 'sync', 'reservations',
  'samples', 'quarantine', 'import_rows', 'messages_stopped', 'mails', 'messages', 'sessions', 'cart_lines', 'addresses', 'orders_cancelled', 'orders_emptied',
  'referral_codes', 'bonds', 'answers',
] as const
