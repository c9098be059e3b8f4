/** Every event that Weir states, by its name with dots as underscores; the codes that their props hold (`v_…`); where they came from (`s_…`). */
import { words } from '@/words'

const zh = {
  page_viewed: '浏览页面', page: '浏览页面', screen: '浏览页面', product_viewed: '看了商品', search_performed: '搜索', checkout_started: '开始结算',
  touchpoint_visited: '扫码或点开触点', mall_opened: '打开商城', buyer_signed_in: '登录商城',
  touchpoint_added: '新建触点', touchpoint_changed: '修改触点', touchpoint_cost_added: '录入触点成本', touchpoint_cost_removed: '删除触点成本',
  live_code_created: '新建渠道活码', live_code_changed: '修改渠道活码', live_code_friend_added: '加上导购好友', live_code_store_chosen: '选择就近门店',
  import_uploaded: '上传文件', import_started: '开始导入', import_finished: '导入完成', import_cancelled: '取消导入', import_failed: '导入失败',
  person_created: '第一次出现', person_joined: '入池，可触达', person_changed: '资料有更新', person_merged: '和另一条记录合并', person_unmerged: '撤销合并', person_revealed: '查看完整联系方式', person_exported: '导出全部资料', person_erased: '彻底删除', binding_ended: '绑定关系结束', person_stage_changed: '阶段变化', person_guide_changed: '导购变更', rfm_frozen: '冻结 RFM 分档线',
  segment_entered: '进入人群', segment_left: '离开人群', segment_changed: '修改人群', person_tagged: '打上标签', person_untagged: '移除标签', tags_changed: '修改标签', pool_changed: '修改流量池', identity_bound: '绑定身份标识', identity_unbound: '解绑身份标识', identity_inert: '标识被太多人共用，已停用', attribute_changed: '修改属性', consent_set: '授权变化', binding_opened: '由老客带来',
  campaign_created: '新建群发', campaign_changed: '修改群发', campaign_launched: '发送群发', campaign_done: '群发完成', campaign_cancelled: '停止群发',
  message_sent: '收到消息', message_held_out: '分在对照组', message_failed: '消息没送到', message_unknown: '送达结果不明', message_read: '读了消息', message_clicked: '点了消息',
  order_placed: '下单', order_paid: '付款', order_paid_late: '关闭后才付款', order_closing: '订单正在关闭', order_cancelled: '订单取消', order_ready: '备货完成', order_fulfilled: '已交付', order_completed: '订单完成', order_refunded: '退款到账', order_revealed: '查看完整地址',
  refund_requested: '申请退款', payment_surplus: '重复付款，原路退回', payment_mismatch: '付款金额不符',
  commission_accrued: '产生佣金', commission_matured: '佣金可提现', commission_reversed: '佣金冲回',
  product_changed: '修改商品', stock_adjusted: '调整库存',
  staff_signed_in: '登录', staff_sign_in_refused: '登录被拒', staff_added: '添加员工', staff_changed: '修改员工',
  store_added: '新建门店', store_changed: '修改门店', brand_changed: '修改设置', key_created: '新建密钥', key_revoked: '停用密钥',
  quarantine_replayed: '重放隔离的事件', quarantine_dismissed: '忽略隔离的事件', intake_rule_added: '添加采集规则', intake_rule_removed: '删除采集规则', catalogue_marked: '标注个人信息',
  see_order: '看订单', see_campaign: '看活动', see_import: '看导入', see_product: '看商品', see_touchpoint: '看触点', see_segment: '看人群',
  v_inbox: '站内信', v_email: '邮件', v_sms: '短信', v_wecom: '企业微信', v_phone: '电话', v_marketing: '营销', v_service: '服务通知', v_personalisation: '个性化推荐', v_measurement: '效果统计', v_sharing: '向第三方提供',
  v_granted: '已同意', v_denied: '不同意', v_withdrawn: '已撤回', v_no_consent: '没有同意接收', v_no_address: '没有可用地址', v_live_code: '渠道活码', v_console: '手工指定', v_active: '启用', v_paused: '停用',
  v_owner: '负责人', v_operator: '运营', v_store_manager: '店长', v_guide: '导购', v_read_only: '只读', v_persons: '客户', v_orders: '历史订单', v_products: '商品', v_stores: '门店', v_touchpoints: '触点', v_conversation_archive: '会话存档', v_sensitive_traits: '敏感信息', v_opening: '期初库存',
  v_schema_invalid: '格式不符', v_time_implausible: '时间不合理', v_too_large: '内容过大', v_conflict: '同一编号内容不同', v_forbidden: '占用了系统事件名', v_corrupt: '传输中损坏', v_hub: '标识被太多人共用', v_unbound: '标识已解绑',
  s_weir: '系统', s_console: '控制台', s_staff: '员工', s_mall: '商城', s_link: '扫码或链接', s_live_code: '渠道活码', s_import: '导入', s_sync: '客户同步', s_segment: 'Segment 接口', s_sensors: '神策接口', s_posthog: 'PostHog 接口',
  historical: '历史数据', ok_bad: '成功 {{ok}} 行，有问题 {{bad}} 行', dry_run: '试运行',
} as const

const en: { [K in keyof typeof zh]: string } = {
  page_viewed: 'Viewed a page', page: 'Viewed a page', screen: 'Viewed a screen', product_viewed: 'Looked at a product', search_performed: 'Searched', checkout_started: 'Started checkout',
  touchpoint_visited: 'Scanned or opened a touchpoint', mall_opened: 'Opened the mall', buyer_signed_in: 'Signed in to the mall',
  touchpoint_added: 'Created a touchpoint', touchpoint_changed: 'Changed a touchpoint', touchpoint_cost_added: 'Entered a touchpoint cost', touchpoint_cost_removed: 'Removed a touchpoint cost',
  live_code_created: 'Set up a live code', live_code_changed: 'Changed a live code', live_code_friend_added: 'Added a guide as a friend', live_code_store_chosen: 'Chose the nearest store',
  import_uploaded: 'Uploaded a file', import_started: 'Started an import', import_finished: 'Import done', import_cancelled: 'Cancelled an import', import_failed: 'Import failed',
  person_created: 'First seen', person_joined: 'Joined the pool', person_changed: 'Details changed', person_merged: 'Merged with another record', person_unmerged: 'Merge taken back', person_revealed: 'Full contact details looked at', person_exported: 'Everything exported', person_erased: 'Erased', binding_ended: 'Bond ended', person_stage_changed: 'Stage changed', person_guide_changed: 'Guide changed', rfm_frozen: 'RFM cuts frozen',
  segment_entered: 'Entered a segment', segment_left: 'Left a segment', segment_changed: 'Changed a segment', person_tagged: 'Tagged', person_untagged: 'Untagged', tags_changed: 'Changed tags', pool_changed: 'Changed a traffic pool', identity_bound: 'Identity bound', identity_unbound: 'Identity taken off', identity_inert: 'Identity shared by too many, set aside', attribute_changed: 'Changed an attribute', consent_set: 'Consent changed', binding_opened: 'Brought by a customer',
  campaign_created: 'Created a campaign', campaign_changed: 'Changed a campaign', campaign_launched: 'Launched a campaign', campaign_done: 'Campaign done', campaign_cancelled: 'Stopped a campaign',
  message_sent: 'Got a message', message_held_out: 'In the holdout', message_failed: 'Message not delivered', message_unknown: 'Delivery unknown', message_read: 'Read a message', message_clicked: 'Clicked a message',
  order_placed: 'Placed an order', order_paid: 'Paid', order_paid_late: 'Paid after closing', order_closing: 'Order closing', order_cancelled: 'Order cancelled', order_ready: 'Order ready', order_fulfilled: 'Order handed over', order_completed: 'Order completed', order_refunded: 'Refund arrived', order_revealed: 'Full address looked at',
  refund_requested: 'Refund requested', payment_surplus: 'Paid twice, goes back', payment_mismatch: 'Paid another amount',
  commission_accrued: 'Commission accrued', commission_matured: 'Commission payable', commission_reversed: 'Commission reversed',
  product_changed: 'Changed a product', stock_adjusted: 'Adjusted stock',
  staff_signed_in: 'Signed in', staff_sign_in_refused: 'Sign-in refused', staff_added: 'Added staff', staff_changed: 'Changed staff',
  store_added: 'Created a store', store_changed: 'Changed a store', brand_changed: 'Changed settings', key_created: 'Created a key', key_revoked: 'Revoked a key',
  quarantine_replayed: 'Replayed quarantined events', quarantine_dismissed: 'Dismissed quarantined events', intake_rule_added: 'Added an intake rule', intake_rule_removed: 'Removed an intake rule', catalogue_marked: 'Marked personal data',
  see_order: 'order', see_campaign: 'campaign', see_import: 'import', see_product: 'product', see_touchpoint: 'touchpoint', see_segment: 'segment',
  v_inbox: 'inbox', v_email: 'e-mail', v_sms: 'SMS', v_wecom: 'WeCom', v_phone: 'phone', v_marketing: 'marketing', v_service: 'service', v_personalisation: 'personalisation', v_measurement: 'measurement', v_sharing: 'sharing',
  v_granted: 'granted', v_denied: 'denied', v_withdrawn: 'withdrawn', v_no_consent: 'no consent', v_no_address: 'no address', v_live_code: 'by a live code', v_console: 'by hand', v_active: 'active', v_paused: 'paused',
  v_owner: 'owner', v_operator: 'operator', v_store_manager: 'store manager', v_guide: 'guide', v_read_only: 'read only', v_persons: 'customers', v_orders: 'past orders', v_products: 'products', v_stores: 'stores', v_touchpoints: 'touchpoints', v_conversation_archive: 'conversation archive', v_sensitive_traits: 'sensitive traits', v_opening: 'opening stock',
  v_schema_invalid: 'wrong shape', v_time_implausible: 'implausible time', v_too_large: 'too large', v_conflict: 'same id, other content', v_forbidden: 'name is Weir’s own', v_corrupt: 'damaged on its way', v_hub: 'identity shared by too many', v_unbound: 'identity taken off',
  s_weir: 'Weir', s_console: 'Console', s_staff: 'Staff', s_mall: 'Mall', s_link: 'Code or link', s_live_code: 'Live code', s_import: 'Import', s_sync: 'Customer sync', s_segment: 'Segment API', s_sensors: 'Sensors API', s_posthog: 'PostHog API',
  historical: 'historical', ok_bad: '{{ok}} rows good, {{bad}} bad', dry_run: 'dry run',
}

/** By language. */
export const eventWords = { zh, en }
export type EventWord = keyof typeof zh
export const useEventWords = words('events', zh, en)
