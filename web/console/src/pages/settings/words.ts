import { words } from '@/words'

export const useSettings = words(
  'settings',
  {
    title: '设置', saved: '设置已保存', read_only: '你的角色只能查看设置。', unsaved: '有未保存的修改', reset: '撤销修改',
    brand: '品牌', name: '品牌名称', name_needed: '请填写品牌名称', timezone: '时区', timezone_note: '所有日期、「今天」「本周」都按这个时区算',
    stages: '生命周期阶段', stages_note: '多久没下单算沉默、算流失。改动前先看会影响谁。', silent_days: '沉默', churned_days: '流失', silent_text: '超过这些天没下单，进入「沉默」', churned_text: '超过这些天没下单，进入「流失」', days: '天', order_rule: '流失的天数要大于沉默的天数', preview: '改动后', preview_none: '阶段人数不变。', preview_moving: '将有 {{n}} 人换阶段', now: '现在', then: '改后', change: '变化', stage: '阶段',
    rhythm: '复购节奏', rhythm_empty: '还没有人买过第二次', rhythm_empty_hint: '有了回头客，这里会按真实的复购间隔建议天数。', all_categories: '全部类目', category: '类目', rhythm_says: '{{persons}} 位回头客、{{intervals}} 次间隔：一半的间隔不超过 {{median}} 天，中间一半在 {{q1}}–{{q3}} 天。', n_days: '{{n}} 天', curve_says: '复购间隔的累计分布，中位 {{median}} 天，{{n}} 次间隔', before_line: '{{share}} 的复购在此之前',
    proposal: '按数据建议：{{silent}} 天沉默，{{churned}} 天流失。', take_proposal: '采用建议', proposal_rule: '规则（Tukey 箱线法）：沉默 = Q3 + 1.5 × (Q3 − Q1)，流失 = Q3 + 3 × (Q3 − Q1) 且不少于沉默的两倍。每位客户权重相同，不因买得勤而多算。一个人只有一个阶段，所以用全部类目的节奏；各类目的供对照。拖动两条线试试，图下面会算出多少人换阶段。',
    evidence: '验证：{{n}} 天前处在各阶段的人，之后有多少又买了。应当逐级下降。', rules_now: '现在 {{silent}} / {{churned}} 天', rules_proposed: '建议 {{silent}} / {{churned}} 天', of_n: '共 {{n}} 人', repeat_buyers: '回头客', quartiles: 'Q1 · 中位 · Q3', would_be: '按此类目 沉默 / 流失', fewer: '收起', all_n: '全部 {{n}} 个类目',
    orders: '订单', ttl: '待付款保留', ttl_text: '超时未付款自动关闭并释放库存', minutes: '分钟', return_days: '退货期', return_text: '完成后多少天内可退款，佣金也在这之后才可提现', freight: '运费', free_freight: '满多少包邮', free_note: '填 0 就是全部包邮',
    grow: '分销', commission: '佣金比例', commission_text: '新客订单商品金额按这个比例给分销员', percent: '%',
    reach: '触达', holdout: '默认对照组', holdout_text: '新建群发时默认留这么多人不发，用来衡量效果',
    number_needed: '请填写', range: '{{min}} 到 {{max}} 之间',
  },
  {
    title: 'Settings', saved: 'Settings saved', read_only: 'Your role may look at settings, not change them.', unsaved: 'Unsaved changes', reset: 'Undo changes',
    brand: 'Brand', name: 'Brand name', name_needed: 'Enter a name', timezone: 'Time zone', timezone_note: 'All days, “today” and “this week” follow it',
    stages: 'Life-cycle stages', stages_note: 'After how long without an order someone is silent, then churned. See whom it moves before you save.', silent_days: 'Silent', churned_days: 'Churned', silent_text: 'Silent after this long without an order', churned_text: 'Churned after this long without an order', days: 'days', order_rule: 'Churned must come after silent', preview: 'After the change', preview_none: 'Nobody changes stage.', preview_moving: '{{n}} people change stage', now: 'Now', then: 'Then', change: 'Change', stage: 'Stage',
    rhythm: 'Rhythm of buying again', rhythm_empty: 'Nobody bought a second time yet', rhythm_empty_hint: 'Once people come back, their intervals propose the days here.', all_categories: 'All categories', category: 'Category', rhythm_says: '{{persons}} people who came back, {{intervals}} intervals: half of them at most {{median}} days, the middle half {{q1}}–{{q3}} days.', n_days: '{{n}} d', curve_says: 'Cumulative distribution of the intervals between purchases, median {{median}} days, {{n}} intervals', before_line: '{{share}} buy again by then',
    proposal: 'The data propose: silent after {{silent}} days, churned after {{churned}}.', take_proposal: 'Take the proposal', proposal_rule: 'Rule (Tukey’s fences): silent = Q3 + 1.5 × (Q3 − Q1), churned = Q3 + 3 × (Q3 − Q1) and at least twice silent. Every customer weighs the same, however often they buy. A person has one stage, so the rhythm over all categories decides; those of categories are to compare with. Drag the two lines: what they would change is shown before you save.',
    evidence: 'Check: of the people in each stage {{n}} days ago, how many bought since. It should fall from stage to stage.', rules_now: 'Now {{silent}} / {{churned}} d', rules_proposed: 'Proposed {{silent}} / {{churned}} d', of_n: 'of {{n}}', repeat_buyers: 'Came back', quartiles: 'Q1 · median · Q3', would_be: 'Silent / churned by it', fewer: 'Fewer', all_n: 'All {{n}} categories',
    orders: 'Orders', ttl: 'Unpaid orders are kept', ttl_text: 'then closed, and their stock is freed', minutes: 'minutes', return_days: 'Return period', return_text: 'Days after completion in which a refund is possible; commission can be paid out after that', freight: 'Freight', free_freight: 'Free freight from', free_note: '0 makes every delivery free',
    grow: 'Referral', commission: 'Commission', commission_text: 'of the goods of a new customer’s order goes to the promoter who brought them', percent: '%',
    reach: 'Reach', holdout: 'Default holdout', holdout_text: 'kept out of a new campaign by default, to measure its effect',
    number_needed: 'Required', range: 'between {{min}} and {{max}}',
  },
)
