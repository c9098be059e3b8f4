import { words } from '@/words'

export const useStages = words(
  'stages',
  {
    title: '生命周期', note: '客户在各阶段之间怎么流动：谁沉默了，谁回来了', rules: '阶段规则', rfm: 'RFM 分层',
    week: '按周', month: '按月', last_n_week: '近 {{n}} 周', last_n_month: '近 {{n}} 个月', empty: '还没有客户', empty_hint: '导入客户和订单，或等第一位客户从触点进来。',
    turns: '沉默与回流', turns_note: '每期从活跃（首单、复购）变为沉默或流失的人数，和从沉默或流失回来下单的人数。点柱子看那一期。', fell_silent: '转为沉默', came_back: '回流', balance: '净变化',
    counts: '各阶段人数', counts_note: '每期期末各阶段的人数。点一个阶段看现在的名单。',
    flow: '阶段流动', flow_note: '最近 {{n}} 期：从期初的阶段流到期末的阶段，线越粗人越多。点一条线看是谁。',
    matrix: '期初 → 期末', matrix_note: '行是期初所在阶段，列是期末所在阶段。点数字看名单。', not_here: '期内新增', period: '周期', from: '期初', to: '期末', total: '合计', persons: '人数', end_of: '期末',
    stay: '仍在「{{stage}}」', moved: '{{from}} → {{to}}', n_people: '{{n}} 人', who: '客户', orders: '有效订单', kept: '实收', last_order: '最近下单', stage_now: '现在的阶段', first_n: '按实收从高到低，显示前 {{n}} 人', keep_name: '人群名称', keep_all: '把这 {{n}} 人存为人群', keep_first: '把前 {{n}} 人存为人群', keep_note: '保存的是这份名单，以后不会自动变化。', kept_as: '人群「{{name}}」已保存，{{n}} 人', nobody: '这一期没有人这样流动', unnamed: '未留名客户',
    how: '按现在的阶段规则回看全部历史（包括导入的订单），只比较期初和期末；整单退回的订单当作没有发生。每一次变化的准确时刻和原因，在客户的「动态」里。',
  },
  {
    title: 'Life cycle', note: 'How customers move between stages: who fell silent, who came back', rules: 'Stage rules', rfm: 'RFM',
    week: 'Weekly', month: 'Monthly', last_n_week: 'Last {{n}} weeks', last_n_month: 'Last {{n}} months', empty: 'No customers yet', empty_hint: 'Import customers and orders, or wait for the first one to arrive.',
    turns: 'Silence and return', turns_note: 'People who went from active (first order, repurchase) to silent or churned in each period, and people who came back and bought. Click a bar to see that period.', fell_silent: 'Fell silent', came_back: 'Came back', balance: 'Balance',
    counts: 'People by stage', counts_note: 'People in each stage at the end of each period. Click a stage to see who is in it now.',
    flow: 'Flow between stages', flow_note: 'The last {{n}} periods: from the stage at the start to the stage at the end; the thicker, the more people. Click a stream to see who.',
    matrix: 'Start → end', matrix_note: 'Rows are the stage at the start, columns the stage at the end. Click a number to see who.', not_here: 'New in the period', period: 'Period', from: 'Start', to: 'End', total: 'Total', persons: 'People', end_of: 'End of',
    stay: 'Still in “{{stage}}”', moved: '{{from}} → {{to}}', n_people: '{{n}} people', n_people_one: '1 person', who: 'Customer', orders: 'Orders', kept: 'Net revenue', last_order: 'Last order', stage_now: 'Stage now', first_n: 'By net revenue, the first {{n}}', keep_name: 'Name of the segment', keep_all: 'Save these {{n}} as a segment', keep_all_one: 'Save this person as a segment', keep_first: 'Save the first {{n}} as a segment', keep_note: 'Keeps the list as it is; it does not change by itself.', kept_as: 'Segment “{{name}}” saved, {{n}} people', kept_as_one: 'Segment “{{name}}” saved, {{n}} person', nobody: 'Nobody moved this way in this period', unnamed: 'Unnamed customer',
    how: 'Judged by today’s rules over all history, imported orders included; only the start and the end of a period are compared, and orders that went back whole count as never made. Each change, with its instant and cause, is in the customer’s timeline.',
  },
)
