import { useSaid } from '@/said'
import { words } from '@/words'

export const useCampaigns = words(
  'campaigns',
  {
    title: '群发活动', what: '群发活动', search: '活动名称', state: '状态', channel: '渠道', audience: '发给谁', sent: '已发送', read: '已读', clicked: '点击', started: '发送时间', created: '创建时间', holdout: '对照组', name: '名称',
    state_draft: '草稿', state_sending: '发送中', state_done: '已完成', state_cancelled: '已停止',
    channel_inbox: '站内信', channel_email: '邮件', historical: '历史', historical_note: '从历史数据还原的活动，不是在这里发送的',
    create: '新建群发活动', empty: '还没有群发活动', empty_hint: '选好人群、写好内容，先看能发到多少人再发。默认留一小部分人不发，好知道这次到底带来了多少。', back: '群发活动', everyone: '所有人', past_audience: '当时的名单',
    edit: '编辑', editing: '编辑群发活动',
    // editor
    step_who: '发给谁', step_what: '发什么', step_measure: '怎么衡量',
    a_segments: '人群', a_stages: '生命周期阶段', a_tags: '标签', a_touchpoints: '来源触点', a_stores: '门店', a_any: '不限', a_note: '同一项内任选其一，不同项同时满足；都不选就是所有人。',
    name_hint: '只有同事看得到', name_needed: '请填写活动名称', subject: '标题', subject_needed: '请填写标题', body: '正文', body_needed: '请填写正文', body_hint: '站内信显示前两行，写重点。', link: '跳转链接', link_hint: '例如 /m/ 或一个商品的链接', link_rule: '以 / 或 http 开头', preview: '预览', preview_subject: '标题会显示在这里', preview_body: '正文会显示在这里', preview_to: '客户看到的样子', cost: '单条成本', cost_hint: '用来算 ROI，没有就填 0',
    holdout_share: '对照组比例', holdout_note: '这些人符合条件但这次不发，用来对比。比例越高测得越准，但少发一些人。', holdout_off: '不留对照组就测不出这次群发带来的增量。',
    save_draft: '存为草稿', saved_draft: '草稿已保存', launch: '发送', next_launch: '保存并发送',
    forecast: '预计触达人数', selected: '符合条件', will_hold: '留作对照', reachable: '将发送', unreachable: '无法送达', reason_no_consent: '没有同意接收', reason_no_address: '没有可用地址', reason_withdrawn: '已撤回授权', reason_quota: '超出平台配额', reason_frequency: '近期已收到太多', reason_bounced: '地址退信', reason_merged: '记录已合并', reason_cancelled: '活动已停止', est_cost: '预计成本', forecast_none: '没有人会收到。放宽一些条件试试。',
    // launch
    launch_title: '发送「{{name}}」？', launch_says: '将通过{{channel}}发送给 {{n}} 人', launch_hold: '{{n}} 人留作对照组，不会收到', launch_skip: '{{n}} 人无法送达，会记录原因', launch_cost: '预计成本 {{amount}}', launch_sandbox: '演示环境：邮件只进内置沙箱，不会真的寄出。', launch_ok: '发送给 {{n}} 人', launch_none: '没有人能收到', launched: '已开始发送', launch_keep: '再看看', launch_undo: '发送后可以中途停止，但已经发出的收不回来。',
    // detail
    stop: '停止发送', stop_title: '停止「{{name}}」？', stop_note: '还没发的 {{n}} 人不会收到，已发出的收不回来。', stopped: '已停止', keep_sending: '继续发送', sending_now: '正在发送，可以离开这个页面，稍后再来看。', progress: '{{done}} / {{total}} 人',
    duplicate: '再发一次', setup: '设置', draft_hint: '还没有发送',
    n_selected: '符合条件', n_holdout: '对照组', n_sent: '已送达', n_skipped: '未发送', n_read: '已读', n_clicked: '点击', of_sent: '占送达 {{share}}',
    results: '带来了什么', results_note: '发送后 {{n}} 天内，收到的人与没收到的人相比', results_wait: '发送完成后，这里会显示和对照组的对比。', results_early: '统计期还没结束，结果还会变',
    verdict_up: '这次群发大约多带来了 {{amount}}，而且几乎可以确定不是碰巧。', verdict_down: '收到的人反而少花了大约 {{amount}}，值得停下来看看内容或人群。', verdict_open: '看起来是 {{amount}}，但区间跨过了 0，还不能排除碰巧。', verdict_none: '没有对照组，没法判断它带来了多少。', verdict_zero: '统计窗口内还没有成交，暂时判断不了。', interval: '95% 区间 {{low}} 至 {{high}}', incremental: '增量收入', cost_total: '成本', roi: 'ROI', roi_note: '（增量 − 成本）÷ 成本', srm_bad: '两组人数比例和设定不符（p = {{p}}），结果可能不可信。请检查分组。', srm_ok: '分组比例正常',
    arm: '分组', arm_treated: '收到的人', arm_holdout: '对照组', arm_persons: '人数', arm_buyers: '下单人数', arm_rate: '下单率', arm_orders: '订单', arm_revenue: '收入', arm_per: '人均收入',
    by_day: '每千人每天的收入', by_day_note: '两条线分开的部分，就是群发带来的', by_day_alone: '没有对照组，只能看到收到的人', day: '日期', treated_line: '收到的人', holdout_line: '对照组', skipped_title: '为什么有人没收到', people: '人数', reason: '原因',
    messages: '逐人结果', m_person: '客户', m_state: '状态', m_sent: '送达时间', m_read: '已读时间', m_clicked: '点击时间', m_intent: '等待发送', m_sentstate: '已送达', m_failed: '失败', m_skipped: '未发送', m_held_out: '对照组', m_unknown: '结果不明', m_empty: '还没有消息', m_reason: '原因', m_arm: '分组', mails: '沙箱收到的邮件', mails_note: '没有配置邮件服务器，邮件留在这里供你查看。', mails_empty: '沙箱里还没有邮件', to: '收件人',
  },
  {
    title: 'Campaigns', what: 'campaigns', search: 'Campaign name', state: 'State', channel: 'Channel', audience: 'Audience', sent: 'Sent', read: 'Read', clicked: 'Clicked', started: 'Sent at', created: 'Created', holdout: 'Holdout', name: 'Name',
    state_draft: 'Draft', state_sending: 'Sending', state_done: 'Done', state_cancelled: 'Stopped',
    channel_inbox: 'Mall inbox', channel_email: 'E-mail', historical: 'Historical', historical_note: 'Rebuilt from past data, not sent from here',
    create: 'New campaign', empty: 'No campaigns yet', empty_hint: 'Choose people, write the message, and see how many it will reach before it is sent. A few are kept out on purpose, so that you learn what it caused.', back: 'Campaigns', everyone: 'Everyone', past_audience: 'the list of that time',
    edit: 'Edit', editing: 'Edit campaign',
    step_who: 'Who', step_what: 'What', step_measure: 'How to measure',
    a_segments: 'Segments', a_stages: 'Stages', a_tags: 'Tags', a_touchpoints: 'Touchpoints', a_stores: 'Stores', a_any: 'Any', a_note: 'Any within a row, all rows together. Nothing chosen means everyone.',
    name_hint: 'Only colleagues see it', name_needed: 'Give it a name', subject: 'Subject', subject_needed: 'Write a subject', body: 'Text', body_needed: 'Write the text', body_hint: 'The inbox shows the first two lines: say what matters.', link: 'Leads to', link_hint: 'e.g. /m/ or the link of a product', link_rule: 'Starts with / or http', preview: 'Preview', preview_subject: 'The subject shows here', preview_body: 'The text shows here', preview_to: 'As the customer sees it', cost: 'Cost per message', cost_hint: 'For the ROI; 0 if there is none',
    holdout_share: 'Holdout', holdout_note: 'They match but are not messaged, to compare with. A larger holdout measures better and reaches fewer.', holdout_off: 'Without a holdout there is no telling what this campaign caused.',
    save_draft: 'Save draft', saved_draft: 'Draft saved', launch: 'Send', next_launch: 'Save and send',
    forecast: 'How many it reaches', selected: 'Match', will_hold: 'Held out', reachable: 'Will be sent', unreachable: 'Out of reach', reason_no_consent: 'no consent', reason_no_address: 'no address', reason_withdrawn: 'consent withdrawn', reason_quota: 'over the platform quota', reason_frequency: 'had too many lately', reason_bounced: 'address bounced', reason_merged: 'record merged', reason_cancelled: 'campaign stopped', est_cost: 'Expected cost', forecast_none: 'Nobody would get it. Try a wider audience.',
    launch_title: 'Send “{{name}}”?', launch_says: '{{n}} people will get it by {{channel}}', launch_hold: '{{n}} are held out and will not get it', launch_skip: '{{n}} are out of reach; each with its reason', launch_cost: 'Expected cost {{amount}}', launch_sandbox: 'Sandbox: e-mail is caught here and never leaves.', launch_ok: 'Send to {{n}} people', launch_none: 'Nobody can get it', launched: 'Sending has begun', launch_keep: 'Not yet', launch_undo: 'You can stop it midway, but what has been sent cannot be taken back.',
    stop: 'Stop sending', stop_title: 'Stop “{{name}}”?', stop_note: 'The {{n}} people still waiting will not get it. What has been sent cannot be taken back.', stopped: 'Stopped', keep_sending: 'Keep sending', sending_now: 'Sending. You can leave this page and come back later.', progress: '{{done}} of {{total}} people',
    duplicate: 'Send again', setup: 'Set-up', draft_hint: 'Not sent yet',
    n_selected: 'Match', n_holdout: 'Holdout', n_sent: 'Delivered', n_skipped: 'Not sent', n_read: 'Read', n_clicked: 'Clicked', of_sent: '{{share}} of delivered',
    results: 'What it caused', results_note: 'Those who got it against those held out, {{n}} days after sending', results_wait: 'The comparison with the holdout appears when sending is done.', results_early: 'the window is still open, so this will move',
    verdict_up: 'This campaign caused about {{amount}} more, and almost certainly not by chance.', verdict_down: 'Those who got it spent about {{amount}} less. Worth a look at the message or the audience.', verdict_open: 'It looks like {{amount}}, but the interval includes zero: it may be chance.', verdict_none: 'There was no holdout, so what it caused cannot be told.', verdict_zero: 'Nobody has bought within the window yet, so it is too early to tell.', interval: '95% interval {{low}} to {{high}}', incremental: 'Incremental revenue', cost_total: 'Cost', roi: 'ROI', roi_note: '(incremental − cost) ÷ cost', srm_bad: 'The groups are not the sizes that were set (p = {{p}}), so the result may mislead. Check the assignment.', srm_ok: 'Group sizes are as set',
    arm: 'Group', arm_treated: 'Got it', arm_holdout: 'Holdout', arm_persons: 'People', arm_buyers: 'Buyers', arm_rate: 'Bought', arm_orders: 'Orders', arm_revenue: 'Revenue', arm_per: 'Per person',
    by_day: 'Revenue per thousand people, by day', by_day_note: 'The gap between the lines is what the campaign caused', by_day_alone: 'Without a holdout there is only one line', day: 'Day', treated_line: 'Got it', holdout_line: 'Holdout', skipped_title: 'Why some did not get it', people: 'People', reason: 'Reason',
    messages: 'Person by person', m_person: 'Customer', m_state: 'State', m_sent: 'Delivered', m_read: 'Read', m_clicked: 'Clicked', m_intent: 'Waiting', m_sentstate: 'Delivered', m_failed: 'Failed', m_skipped: 'Not sent', m_held_out: 'Holdout', m_unknown: 'Unknown', m_empty: 'No messages yet', m_reason: 'Reason', m_arm: 'Group', mails: 'Mail in the sandbox', mails_note: 'No mail server is set up, so mail stays here for you to read.', mails_empty: 'No mail in the sandbox yet', to: 'To',
  },
)
export type CampaignWord = Parameters<ReturnType<typeof useCampaigns>>[0]

/** A reason by its code, in words; what a mail server said as it is. */
export function useReason(): (code: string) => string {
  const t = useCampaigns()
  const { say } = useSaid()
  return (code) => {
    const said = t(`reason_${code}` as CampaignWord)
    return said === `reason_${code}` ? say(code) : said
  }
}
