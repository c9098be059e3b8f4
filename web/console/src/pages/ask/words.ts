import { words } from '@/words'

const zh = {
  funnel_note: '一步一步走下来，每一步留下多少人，流失的是谁。',
  funnel_s: '{range}，{who}中有多少人在 {window} 内{order}完成下面几步，{by}',
  order: '步骤顺序', order_strict: '依次', order_any: '不分先后地', window: '完成期限',
  step_n: '第 {{n}} 步', add_step: '添加步骤', remove_step: '删除第 {{n}} 步', step_up: '上移第 {{n}} 步', step_down: '下移第 {{n}} 步',
  funnel_chart: '各步人数与转化', funnel_total: '总转化率', step: '步骤', group: '分组', from_before: '上一步转化', from_first: '总转化', dropped: '流失', dropped_n: '流失 {{n}} 人', median: '中位用时', p90: '90% 的人不超过', converted: '转化 {{share}}', median_is: '中位用时 {{time}}',
  took: '用时', times: '转化用时', times_note: '从一步到下一步，各段用时的人数', within_le: '{{to}} 内', from_to: '{{from}}–{{to}}', over: '超过 {{from}}',
  pick_step: '漏斗：完成了{{step}}', pick_dropped: '漏斗：{{step}}之前流失', in_group: '{{what}}（{{group}}）',

  retention_note: '来过的人，之后还会不会回来。',
  retention_s: '{range}，{who}{first}{start}之后，还会再{back}吗？', retention_s2: '{unit}看 {periods} 期，{mode}，{by}',
  start: '起点', start_joined: '入池', start_event: '发生某事件', first: '从哪一次算起', first_only: '第一次', first_every: '每一次', back_event: '回访事件', periods: '观察期数',
  mode: '回访口径', mode_n: '当期回来才算', mode_unbounded: '当期及之后回来都算',
  retention_chart: '留存曲线', retention_chart_note: '各期回来的比例；还没过完的期不计入', retention_table: '每一批人的留存', cohort: '批次', size: '人数', total: '合计', share: '占比', as_share: '比例', as_count: '人数',
  period_0_day: '当天', period_0_week: '当周', period_0_month: '当月', period_day: '第 {{n}} 天', period_week: '第 {{n}} 周', period_month: '第 {{n}} 月',
  pick_back: '{{cohort}}：{{period}}回来', pick_cohort: '{{cohort}}这批人', which_group: '选择分组', csv_groups: '按分组的 CSV',

  paths_note: '人们从一处到另一处，实际走的是哪条路。',
  paths_s: '{range}，{who}{direction}{anchor}，看 {within} 内的 {depth} 步，每步列出前 {top} 个事件',
  direction: '方向', direction_from: '之后去了哪里，起点是', direction_to: '之前从哪里来，终点是', within: '时间限制', depth: '步数', top: '每步事件数',
  paths_chart: '路径图', paths_chart_note: '宽度是人数；点一个节点，把经过它的人存为人群', path_from: '从', path_to: '到', path_step: '步', path_share: '占起点比例', path_other: '其他事件', path_end: '到此为止', path_start: '从这里开始', path_node: '到达该步共', pick_path: '路径第 {{n}} 步：{{name}}',

  trend_note: '一件事发生得多了还是少了，是谁让它变的。',
  trend_s: '{range}，{who}{event}的{measure}，{unit}统计，{by}', unit: '时间粒度', shape: '图形', shape_line: '折线', shape_area: '堆叠', shape_bar: '柱形',
  trend_chart: '{{measure}}变化', bucket: '时间', pick_bucket: '{{event}}：{{bucket}}',

  distribution_note: '每个人各有多少，差别有多大。',
  distribution_s: '{range}，{who}{event}，每人的{measure}是多少？', distribution_s2: '分段：{cuts}', cuts: '分段', cuts_auto: '自动分段', cuts_hint: '如 1, 2, 3, 5, 10', cuts_custom: '自定义分段',
  distribution_chart: '人数分布', bin: '区间', cumulative: '累计占比', mean: '人均', mid: '中位数', top_tenth: '90% 的人不超过', at_most: '{{to}} 以下', at_least: '{{from}} 及以上', pick_bin: '{{event}}（{{measure}} {{bin}}）',

  interval_note: '做完一件事，隔多久做下一件。复购周期就是付款到下一次付款。',
  interval_s: '{range}，{who}从{first}到下一次{then}，隔了多久？',
  interval_chart: '间隔分布', pairs: '次数', interval_people: '人数', p25: '25% 不超过', p75: '75% 不超过', pick_interval: '{{first}}到{{then}}：{{bin}}', pairs_note: '来自 {{n}} 次间隔', then_event: '后一事件', first_event: '前一事件',

  rfm_note: '谁刚来过、来得勤、花得多；谁正在走远。',
  rfm_s: '{range}，把{who}按最近一次消费（R）、消费次数（F）、消费金额（M）各分五档，{cuts}', rfm_cuts: '分档方式', rfm_quintile: '每档人数相近', rfm_fixed: '自定义分档线', rfm_r_cuts: 'R 分档线（天）', rfm_f_cuts: 'F 分档线（次）', rfm_m_cuts: 'M 分档线（{{symbol}}）', rfm_cuts_hint: '四个数，从小到大',
  rfm_grid: 'R×F 网格', rfm_grid_note: '越往上越近，越往右越勤；点一格，把这些人存为人群', colour_by: '颜色表示', c_persons: '人数', c_revenue: '收入', c_per_head: '人均', days_or_less: '{{n}} 天内', days_between: '{{from}}–{{to}} 天', days_over: '超过 {{n}} 天', times_between: '{{from}}–{{to}} 次', times_is: '{{n}} 次', times_over: '{{n}} 次及以上',
  rfm_groups: '客户分层', csv_rfm_groups: '客户分层 CSV', rfm_champion: '重要价值客户', rfm_promising: '重要发展客户', rfm_keep: '重要保持客户', rfm_win_back: '重要挽留客户', rfm_regular: '一般价值客户', rfm_newcomer: '一般发展客户', rfm_fading: '一般保持客户', rfm_lost: '一般挽留客户', revenue: '收入', revenue_share: '收入占比', per_head: '人均收入', avg_days: '平均距今', days: '{{n}} 天', pick_cell: 'RFM：R{{r}} F{{f}}', pick_group: 'RFM：{{group}}',

  cohorts_note: '同一时期首次下单的客户，后来一共带来多少收入。',
  cohorts_s: '{range}内首次下单的{who}，{unit}分批，看之后 {periods} 期带来的收入',
  cohorts_chart: '人均累计收入', cohorts_chart_note: '每条线是一批人；线越高，这批人后来买得越多', cohorts_table: '每一批人带来的收入', repurchase: '复购率', c_cumulative: '人均累计', c_each: '当期收入', csv_per_head: '人均累计 CSV', pick_revenue: '{{cohort}}首次下单',

  start_title: '分析', start_page_note: '想知道什么，就问什么。答案是此刻的，边改边出；每个数字背后的人都能存成人群。',
  ask_funnel: '从看到买，人在哪一步走掉了？', ask_retention: '来过的人，之后还会回来吗？', ask_paths: '扫码之后，人们实际去了哪里？', ask_trend: '最近卖得多了还是少了，是谁在买？', ask_distribution: '大多数人一年买几次、花多少？', ask_interval: '上一单到下一单，一般隔多久？', ask_rfm: '谁是好客户，谁正在走远？', ask_cohorts: '一个新客，半年能带来多少收入？',
  kept_none: '还没有保存的分析。在任意分析里点「保存分析」，下次可以从这里打开。', kept_at: '保存于{{at}}',
} as const

const en: { [K in keyof typeof zh]: string } & Record<string, string> = {
  funnel_note: 'Step by step: how many stay, and who is lost where.',
  funnel_s: '{range}: how many of {who} did these steps {order} within {window}, {by}?',
  order: 'Order of the steps', order_strict: 'in this order', order_any: 'in any order', window: 'Time to finish',
  step_n: 'Step {{n}}', add_step: 'Add a step', remove_step: 'Remove step {{n}}', step_up: 'Move step {{n}} up', step_down: 'Move step {{n}} down',
  funnel_chart: 'People at each step', funnel_total: 'Overall conversion', step: 'Step', group: 'Group', from_before: 'Of the step before', from_first: 'Of the first', dropped: 'Lost', dropped_n: '{{n}} lost', median: 'Median time', p90: '90% within', converted: '{{share}} went on', median_is: 'median {{time}}',
  took: 'Time', times: 'How long to the next step', times_note: 'People by the time they took from one step to the next', within_le: 'within {{to}}', from_to: '{{from}}–{{to}}', over: 'over {{from}}',
  pick_step: 'Funnel: did {{step}}', pick_dropped: 'Funnel: lost before {{step}}', in_group: '{{what}} ({{group}})',

  retention_note: 'Those who came: do they come back?',
  retention_s: '{range}: after {first} {start}, do {who} come back for {back}?', retention_s2: '{unit} for {periods} periods, {mode}, {by}',
  start: 'Starting point', start_joined: 'joining the pool', start_event: 'an event', first: 'From which time on', first_only: 'the first', first_every: 'every', back_event: 'What counts as coming back', periods: 'How many periods',
  mode: 'What counts as back', mode_n: 'back in that very period', mode_unbounded: 'back in that period or later',
  retention_chart: 'Retention curve', retention_chart_note: 'Share that came back in each period; periods that are not over do not count', retention_table: 'Retention of each cohort', cohort: 'Cohort', size: 'People', total: 'Total', share: 'Share', as_share: 'Share', as_count: 'People',
  period_0_day: 'same day', period_0_week: 'same week', period_0_month: 'same month', period_day: 'day {{n}}', period_week: 'week {{n}}', period_month: 'month {{n}}',
  pick_back: '{{cohort}}: back in {{period}}', pick_cohort: 'Cohort of {{cohort}}', which_group: 'Which group', csv_groups: 'By group (CSV)',

  paths_note: 'The ways people really take from one place to another.',
  paths_s: '{range}, {who}: {direction} {anchor}; {depth} steps within {within}, the top {top} events of each',
  direction: 'Direction', direction_from: 'where they went after', direction_to: 'where they came from before', within: 'Time limit', depth: 'How many steps', top: 'Events per step',
  paths_chart: 'Paths', paths_chart_note: 'Width is people. Press a node to save those who passed it as a segment.', path_from: 'From', path_to: 'To', path_step: 'Step', path_share: 'Of the start', path_other: 'Other events', path_end: 'Went no further', path_start: 'Began here', path_node: 'All at that step', pick_path: 'Path step {{n}}: {{name}}',

  trend_note: 'More of it or less, and who makes the difference.',
  trend_s: '{range}: {measure} of {event} by {who}, {unit}, {by}', unit: 'Grain of time', shape: 'Shape', shape_line: 'Lines', shape_area: 'Stacked', shape_bar: 'Bars',
  trend_chart: '{{measure}} over time', bucket: 'Time', pick_bucket: '{{event}}: {{bucket}}',

  distribution_note: 'How much each person has, and how far apart they are.',
  distribution_s: '{range}, {who}, per person: {measure} of {event}', distribution_s2: 'Cut at {cuts}', cuts: 'Cuts', cuts_auto: 'by itself', cuts_hint: 'such as 1, 2, 3, 5, 10', cuts_custom: 'my own cuts',
  distribution_chart: 'People by amount', bin: 'Range', cumulative: 'Running share', mean: 'Mean', mid: 'Median', top_tenth: '90% at most', at_most: 'below {{to}}', at_least: '{{from}} and more', pick_bin: '{{event}} ({{measure}} {{bin}})',

  interval_note: 'One thing done, how long until the next. The repurchase cycle is from one payment to the next.',
  interval_s: '{range}, {who}: how long from {first} to the next {then}?',
  interval_chart: 'Intervals', pairs: 'Times', interval_people: 'People', p25: '25% within', p75: '75% within', pick_interval: '{{first}} to {{then}}: {{bin}}', pairs_note: 'from {{n}} intervals', pairs_note_one: 'from {{n}} interval', then_event: 'The next thing', first_event: 'The thing before',

  rfm_note: 'Who came lately, often and spends much; and who is drifting away.',
  rfm_s: '{range}: {who} in five levels each of how recently (R), how often (F) and how much (M) they bought, {cuts}', rfm_cuts: 'How to cut', rfm_quintile: 'about equally many in each', rfm_fixed: 'at limits of my own', rfm_r_cuts: 'R limits (days)', rfm_f_cuts: 'F limits (times)', rfm_m_cuts: 'M limits ({{symbol}})', rfm_cuts_hint: 'four growing numbers',
  rfm_grid: 'R × F grid', rfm_grid_note: 'Higher is more recent, further right more often. Press a cell to save its people as a segment.', colour_by: 'Colour shows', c_persons: 'People', c_revenue: 'Revenue', c_per_head: 'Per head', days_or_less: 'within {{n}} days', days_between: '{{from}}–{{to}} days', days_over: 'over {{n}} days', times_between: '{{from}}–{{to}} times', times_is: '{{n}} times', times_is_one: 'once', times_over: '{{n}} times and more',
  rfm_groups: 'Kinds of customer', csv_rfm_groups: 'Kinds of customer (CSV)', rfm_champion: 'Champions', rfm_promising: 'Promising', rfm_keep: 'To keep', rfm_win_back: 'To win back', rfm_regular: 'Regulars', rfm_newcomer: 'Newcomers', rfm_fading: 'Fading', rfm_lost: 'Lost', revenue: 'Revenue', revenue_share: 'Of all revenue', per_head: 'Per head', avg_days: 'Days ago, mean', days: '{{n}} days', days_one: '{{n}} day', pick_cell: 'RFM: R{{r}} F{{f}}', pick_group: 'RFM: {{group}}',

  cohorts_note: 'People whose first order fell in the same period: what they brought in later.',
  cohorts_s: '{range}: {who} {unit} of their first order, and their revenue over the next {periods} periods',
  cohorts_chart: 'Revenue per head, adding up', cohorts_chart_note: 'Each line is a cohort; the higher it rises, the more they bought later', cohorts_table: 'Revenue of each cohort', repurchase: 'Repurchase', c_cumulative: 'Per head, adding up', c_each: 'In the period', csv_per_head: 'Per head, adding up (CSV)', pick_revenue: 'First order in {{cohort}}',

  start_title: 'Questions', start_page_note: 'Ask what you want to know. Answers are of this moment and follow every change; the people behind any number can be saved as a segment.',
  ask_funnel: 'From looking to buying: where do people leave?', ask_retention: 'Do those who came once come back?', ask_paths: 'After the scan, where do people really go?', ask_trend: 'Are sales rising or falling, and who is buying?', ask_distribution: 'How often and how much do most people buy?', ask_interval: 'How long from one order to the next?', ask_rfm: 'Who are the good customers, who is drifting away?', ask_cohorts: 'What does a new customer bring in half a year?',
  kept_none: 'No saved questions yet. Press “Save question” in any of these and find it here.', kept_at: 'saved {{at}}',
}

export type PageWord = keyof typeof zh
export const useWords = words('ask-pages', zh, en)
