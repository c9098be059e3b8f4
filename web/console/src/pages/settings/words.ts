import { words } from '@/words'

export const useSettings = words(
  'settings',
  {
    title: '设置', saved: '设置已保存', read_only: '你的角色只能查看设置。', unsaved: '有未保存的修改', reset: '撤销修改',
    brand: '品牌', name: '品牌名称', name_needed: '请填写品牌名称', timezone: '时区', timezone_note: '所有日期、「今天」「本周」都按这个时区算',
    stages: '生命周期阶段', stages_note: '多久没下单算沉默、算流失。改动前先看会影响谁。', silent_days: '沉默', churned_days: '流失', silent_text: '超过这些天没下单，进入「沉默」', churned_text: '超过这些天没下单，进入「流失」', days: '天', order_rule: '流失的天数要大于沉默的天数', preview: '改动后', preview_none: '阶段人数不变。', preview_moving: '将有 {{n}} 人换阶段', now: '现在', then: '改后', change: '变化', stage: '阶段',
    orders: '订单', ttl: '待付款保留', ttl_text: '超时未付款自动关闭并释放库存', minutes: '分钟', return_days: '退货期', return_text: '完成后多少天内可退款，佣金也在这之后才可提', freight: '运费', free_freight: '满多少包邮', free_note: '填 0 就是全部包邮',
    grow: '分销', commission: '佣金比例', commission_text: '新客订单商品金额的这个比例给推荐人', percent: '%',
    reach: '触达', holdout: '默认对照组', holdout_text: '新建群发时默认留这么多人不发，用来衡量效果',
    number_needed: '请填写', range: '{{min}} 到 {{max}} 之间',
  },
  {
    title: 'Settings', saved: 'Settings saved', read_only: 'Your role may look at settings, not change them.', unsaved: 'Unsaved changes', reset: 'Undo changes',
    brand: 'Brand', name: 'Brand name', name_needed: 'Enter a name', timezone: 'Time zone', timezone_note: 'All days, “today” and “this week” follow it',
    stages: 'Life-cycle stages', stages_note: 'After how long without an order someone is silent, then churned. See whom it moves before you save.', silent_days: 'Silent', churned_days: 'Churned', silent_text: 'Silent after this long without an order', churned_text: 'Churned after this long without an order', days: 'days', order_rule: 'Churned must come after silent', preview: 'After the change', preview_none: 'Nobody changes stage.', preview_moving: '{{n}} people change stage', now: 'Now', then: 'Then', change: 'Change', stage: 'Stage',
    orders: 'Orders', ttl: 'Unpaid orders are kept', ttl_text: 'then closed, and their stock is freed', minutes: 'minutes', return_days: 'Return period', return_text: 'Days after completion in which a refund is possible; commission can be paid out after that', freight: 'Freight', free_freight: 'Free freight from', free_note: '0 makes every delivery free',
    grow: 'Referral', commission: 'Commission', commission_text: 'of the goods of a new customer’s order goes to whoever brought them', percent: '%',
    reach: 'Reach', holdout: 'Default holdout', holdout_text: 'kept out of a new campaign by default, to measure its effect',
    number_needed: 'Required', range: 'between {{min}} and {{max}}',
  },
)
