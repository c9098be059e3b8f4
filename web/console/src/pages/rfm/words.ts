import { words } from '@/words'

export const useRfm = words(
  'rfm',
  {
    title: 'RFM 分层', note_frozen: '第 {{n}} 版分档线 · {{when}} 冻结 · 近 {{days}} 天', note_free: '建议的分档线，尚未冻结 · 近 {{days}} 天', change: '调整分档线', to_stages: '生命周期', empty: '近 {{days}} 天没有有效订单', empty_hint: '导入订单，或等第一笔付款。',
    grid: '最近 × 频次', grid_note: '越往上越近买过，越往右买得越多。点一格看是谁。', by_persons: '人数', by_mean: '人均', by_revenue: '收入', r_best: '最近 {{to}} 天', r_mid: '{{from}}–{{to}} 天', r_worst: '{{from}} 天以上', f_first: '{{to}} 单以内', f_one: '{{to}} 单', f_mid: '{{from}}–{{to}} 单', f_last: '{{from}} 单以上', none_here: '没有人', cell_says: 'R{{r}} F{{f}}：{{n}} 人',
    groups: '八类客户', groups_note: '4 分、5 分算高。M 高的是「重要」，M 低的是「一般」；再看 R 和 F。', group: '客户类型', persons: '人数', share: '占比', mean: '人均收入', revenue: '收入', days: '距上次购买（中位数）', what_to_do: '运营建议', n_days: '{{n}} 天',
    champion: '重要价值', promising: '重要发展', keep: '重要保持', win_back: '重要挽留', regular: '一般价值', newcomer: '一般发展', fading: '一般保持', lost: '一般挽留',
    do_champion: '买得近、勤、多：给专属服务，请他们带朋友', do_promising: '刚买过、客单高：促成第二单、第三单', do_keep: '以前常买，最近没来：尽快问候', do_win_back: '花得多但很久没来：一对一挽回', do_regular: '常来但花得少：推荐更合适的组合', do_newcomer: '刚来、还不多：讲清楚为什么值得再来', do_fading: '渐渐淡了：用小成本的提醒', do_lost: '很久没来、花得不多：少打扰',
    no_score: '另有 {{n}} 人近 {{days}} 天没有有效订单，不计分。', total: '合计',
    how: 'R：距最近一笔有效订单的天数；F：有效订单数；M：实收金额（已减退款）。都按品牌时区的自然日算。分档线一经冻结，客户的分数只随自己的购买和时间变化，不受他人影响。',
    edit_title: '调整分档线', window: '统计窗口', window_unit: '天', how_cut: '分档方式', quantile: '按现在的分布五等分', fixed: '自定义', r_cuts: 'R 分档线（天，含）', f_cuts: 'F 分档线（单，含）', m_cuts: 'M 分档线（{{symbol}}，含）', cuts_hint: '从小到大四个数。{{what}}', r_hint: '不超过第一个数得 5 分，超过最后一个得 1 分', f_hint: '不超过第一个数得 1 分，超过最后一个得 5 分', m_hint: '不超过第一个数得 1 分，超过最后一个得 5 分',
    wrong_cuts: '请填写四个数，从小到大', then: '冻结之后', changing: '{{n}} 人的分数会变', moving: '{{n}} 人换类型', nobody_moves: '没有人换类型。', move: '{{from}} → {{to}}', no_longer: '不计分', freeze: '冻结这组分档线', frozen: '已冻结为第 {{n}} 版', history: '历次分档线', history_none: '还没有冻结过', version: '版本', window_days: '窗口', made_at: '冻结时间', cuts: '分档线', current: '使用中', need_owner: '只有负责人能冻结分档线，你可以先试算。', system: '系统',
  },
  {
    title: 'RFM', note_frozen: 'Cuts version {{n}} · frozen {{when}} · last {{days}} days', note_free: 'Proposed cuts, not frozen yet · last {{days}} days', change: 'Change cuts', to_stages: 'Life cycle', empty: 'No orders in the last {{days}} days', empty_hint: 'Import orders, or wait for the first payment.',
    grid: 'Recency × frequency', grid_note: 'Up is more recent, right is more often. Click a cell to see who.', by_persons: 'People', by_mean: 'Per head', by_revenue: 'Revenue', r_best: 'last {{to}} days', r_mid: '{{from}}–{{to}} days', r_worst: 'over {{from}} days', f_first: 'up to {{to}}', f_one: '{{to}} orders', f_mid: '{{from}}–{{to}} orders', f_last: 'over {{from}}', none_here: 'nobody', cell_says: 'R{{r}} F{{f}}: {{n}} people',
    groups: 'Eight groups', groups_note: 'A score of 4 or 5 is high. High M comes first; then R and F decide.', group: 'Group', persons: 'People', share: 'Share', mean: 'Per head', revenue: 'Revenue', days: 'Days since (median)', what_to_do: 'What to do', n_days: '{{n}} d',
    champion: 'Champions', promising: 'Promising', keep: 'At risk', win_back: 'Win back', regular: 'Regulars', newcomer: 'Newcomers', fading: 'Fading', lost: 'Lost',
    do_champion: 'Recent, frequent, large: look after them, ask them to bring friends', do_promising: 'Recent and large: bring about the second and third order', do_keep: 'Used to come often: say hello soon', do_win_back: 'Spent much, long ago: win back one by one', do_regular: 'Often but little: suggest better baskets', do_newcomer: 'New and small: say why coming back is worth it', do_fading: 'Slowly fading: a cheap reminder', do_lost: 'Long ago and little: leave in peace',
    no_score: '{{n}} more people have no order in the last {{days}} days and no score.', total: 'Total',
    how: 'R: days since the last order that stands; F: orders that stand; M: net money (refunds taken off). All in civil days of the brand’s zone. Once cuts are frozen, a score changes only with a person’s own orders and with time, never with what others do.',
    edit_title: 'Change cuts', window: 'Look back', window_unit: 'days', how_cut: 'Where the cuts come from', quantile: 'Fifths of today’s distribution', fixed: 'Set by hand', r_cuts: 'R cuts (days, inclusive)', f_cuts: 'F cuts (orders, inclusive)', m_cuts: 'M cuts ({{symbol}}, inclusive)', cuts_hint: 'Four numbers, ascending. {{what}}', r_hint: 'Up to the first scores 5, beyond the last 1', f_hint: 'Up to the first scores 1, beyond the last 5', m_hint: 'Up to the first scores 1, beyond the last 5',
    wrong_cuts: 'Four ascending numbers, none empty', then: 'Once frozen', changing: '{{n}} people get another score', changing_one: '1 person gets another score', moving: '{{n}} people change group', moving_one: '1 person changes group', nobody_moves: 'Nobody changes group.', move: '{{from}} → {{to}}', no_longer: 'No score', freeze: 'Freeze these cuts', frozen: 'Frozen as version {{n}}', history: 'Earlier cuts', history_none: 'None frozen yet', version: 'Version', window_days: 'Window', made_at: 'Frozen', cuts: 'Cuts', current: 'in force', need_owner: 'Only an owner can freeze cuts; you can try them out.', system: 'System',
  },
)
export type RfmWord = Parameters<ReturnType<typeof useRfm>>[0]
