import { words } from '@/words'

const zh = {
  ask: '分析',
  kind_funnel: '漏斗', kind_retention: '留存', kind_paths: '路径', kind_trend: '趋势', kind_distribution: '分布', kind_interval: '间隔', kind_rfm: 'RFM', kind_cohorts: '同期群收入',
  kinds: '分析类型',
  range_days: '近 {{n}} 天', range_today: '今天', range_custom: '自定义日期', range: '时间范围', range_from: '开始日期', range_to: '结束日期', range_until: '至', range_year: '近一年', range_two_years: '近两年',
  who: '统计对象', who_all: '全部客户', who_segment: '人群', who_rule: '符合条件的客户…', who_rule_is: '只统计符合以下条件的客户', who_none: '没有找到人群', who_gone: '已删除的人群',
  by: '拆分方式', by_none: '不拆分', by_life: '客户', by_stage: '生命周期阶段', by_touchpoint: '来源触点', by_store: '所属门店', by_attributes: '客户属性', by_props: '事件属性', by_top: '前 {{n}} 组', by_top_label: '显示组数',
  unit: '时间单位', unit_minute: '分钟', unit_hour: '小时', unit_day: '天', unit_week: '周', unit_month: '月', by_unit_hour: '按小时', by_unit_day: '按天', by_unit_week: '按周', by_unit_month: '按月',
  amount: '数量', event: '事件',
  measure: '统计指标', m_count: '次数', m_persons: '人数', m_days: '天数', m_sum: '{{what}}合计', m_avg: '平均{{what}}', m_min: '最小{{what}}', m_max: '最大{{what}}', m_distinct: '{{what}}去重数',
  everybody: '全部', without: '未填写',
  lack_event: '选好事件后，会自动给出结果。', lack_steps: '漏斗至少需要两步，请把每一步的事件选好。', lack_where: '有条件还没填完，填好后会自动更新。', lack_rule: '筛选条件还没填完，填好后会自动更新。', lack_range: '开始日期不能晚于结束日期。', lack_cuts: '分段要从小到大，用逗号隔开。',
  asking: '正在计算', took: '{{ms}} 毫秒算完', exact_at: '数据截至 {{at}}', about: '统计了 {{n}} 位客户', kept_old: '这次没有得出结果，下面仍是上一次的结果。',
  again: '重新计算', refused: '无法这样分析', what: '结果',
  table: '数据表', all_rows: '显示全部 {{n}} 行', download: '下载', download_csv: '下载 CSV', download_parquet: '下载 Parquet', downloaded: '已下载 {{name}}',
  copy_link: '复制链接', keep: '保存分析', keep_name: '分析名称', keep_note: '保存在这个浏览器里，随时可以从「分析」页打开。', kept: '分析「{{name}}」已保存', saved_questions: '已保存的分析', forget: '删除分析「{{name}}」', reset: '恢复默认',
  people_title: '把这些人存为人群', people_count: '共 {{n}} 人', people_counting: '正在统计人数', people_note: '保存的是此刻的名单，以后符合条件的客户不会自动加入。', people_name: '人群名称', people_save: '存为人群', people_done: '人群「{{name}}」已保存，{{n}} 人', people_open: '查看人群', people_close: '完成', people_of: '{{n}} 人，点击存为人群', people_none: '这里没有客户，无需保存。',
  second: '{{n}} 秒', minute: '{{n}} 分钟', hour: '{{n}} 小时', day: '{{n}} 天', less_second: '不到 1 秒',
  empty_title: '这段时间没有符合的数据', empty_hint: '试试更长的时间范围，或去掉一些条件。', widen: '看近 365 天', share: '占比', persons: '人数', week_of: '{{day}} 当周', colon: '：',
} as const

const en: { [K in keyof typeof zh]: string } & Record<string, string> = {
  ask: 'Questions',
  kind_funnel: 'Funnel', kind_retention: 'Retention', kind_paths: 'Paths', kind_trend: 'Trend', kind_distribution: 'Distribution', kind_interval: 'Interval', kind_rfm: 'RFM', kind_cohorts: 'Cohort revenue',
  kinds: 'Kinds of question',
  range_days: 'Last {{n}} days', range_today: 'Today', range_custom: 'Other dates', range: 'Time range', range_from: 'First day', range_to: 'Last day', range_until: 'to', range_year: 'Last year', range_two_years: 'Last two years',
  who: 'Whom to look at', who_all: 'all customers', who_segment: 'Segments', who_rule: 'customers who match…', who_rule_is: 'Only customers who match', who_none: 'No such segment', who_gone: 'a deleted segment',
  by: 'Broken down', by_none: 'not broken down', by_life: 'Customer', by_stage: 'by stage', by_touchpoint: 'by first touchpoint', by_store: 'by home store', by_attributes: 'By attribute', by_props: 'By event property', by_top: 'top {{n}}', by_top_label: 'How many groups',
  unit: 'Unit', unit_minute: 'minutes', unit_hour: 'hours', unit_day: 'days', unit_week: 'weeks', unit_month: 'months', by_unit_hour: 'by hour', by_unit_day: 'by day', by_unit_week: 'by week', by_unit_month: 'by month',
  amount: 'Number', event: 'Event',
  measure: 'Measure', m_count: 'times', m_persons: 'people', m_days: 'days', m_sum: 'sum of {{what}}', m_avg: 'average {{what}}', m_min: 'smallest {{what}}', m_max: 'largest {{what}}', m_distinct: 'different values of {{what}}',
  everybody: 'All', without: 'Not given',
  lack_event: 'Choose an event and the answer appears.', lack_steps: 'A funnel needs at least two steps. Choose the event of each.', lack_where: 'A condition is not filled in yet. The answer follows once it is.', lack_rule: 'The filter is not filled in yet. The answer follows once it is.', lack_range: 'The first day must not be after the last.', lack_cuts: 'Cuts must grow, separated by commas.',
  asking: 'Working it out', took: 'took {{ms}} ms', exact_at: 'as of {{at}}', about: '{{n}} customers looked at', about_one: '{{n}} customer looked at', kept_old: 'The new question was not answered. This is still the earlier answer.',
  again: 'Ask again', refused: 'This cannot be asked', what: 'the answer',
  table: 'Data', all_rows: 'Show all {{n}} rows', download: 'Download', download_csv: 'Download CSV', download_parquet: 'Download Parquet', downloaded: '{{name}} downloaded',
  copy_link: 'Copy link', keep: 'Save question', keep_name: 'Name this question', keep_note: 'Kept in this browser; open it any time from Questions.', kept: 'Question “{{name}}” saved', saved_questions: 'Saved questions', forget: 'Delete question “{{name}}”', reset: 'Start over',
  people_title: 'Save these people as a segment', people_count: '{{n}} people', people_count_one: '{{n}} person', people_counting: 'Counting the people', people_note: 'Keeps the list as it is now. People who do the same later are not added.', people_name: 'Name of the segment', people_save: 'Save as segment', people_done: 'Segment “{{name}}” saved, {{n}} people', people_done_one: 'Segment “{{name}}” saved, {{n}} person', people_open: 'Open the segment', people_close: 'Done', people_of: '{{n}} people; press to save them as a segment', people_of_one: '{{n}} person; press to save as a segment', people_none: 'Nobody is here, so there is nothing to save.',
  second: '{{n}} s', minute: '{{n}} min', hour: '{{n}} h', day: '{{n}} days', day_one: '{{n}} day', less_second: 'under 1 s',
  empty_title: 'Nothing in this time', empty_hint: 'Try a longer time, or remove some conditions.', widen: 'Look at 365 days', share: 'Share', persons: 'People', week_of: 'week of {{day}}', colon: ': ',
}

export type AskWord = keyof typeof zh
export const useAsk = words('ask', zh, en)
