/** Every event that Weir states, by its name with dots as underscores. */
import { words } from '@/words'

const zh = {
  page_viewed: '浏览页面', page: '浏览页面', screen: '浏览页面', touchpoint_visited: '扫码或点开触点', visit: '访问',
  mall_opened: '打开商城', product_viewed: '看了商品', cart_changed: '改了购物车', checkout_started: '开始结算', search_performed: '搜索',
  person_created: '第一次出现', person_joined: '入池，可触达', person_merged: '和另一条记录合并', person_identified: '确认身份', person_changed: '资料有更新', person_imported: '从文件导入',
  identity_added: '新增身份标识', stage_changed: '阶段变化', person_stage_changed: '阶段变化', stage_entered: '进入阶段',
  tag_added: '打上标签', tag_removed: '去掉标签', person_tagged: '打上标签', person_untagged: '去掉标签',
  consent_granted: '同意接收', consent_denied: '拒绝接收', consent_withdrawn: '撤回授权', consent_changed: '授权变化',
  referral_bound: '由老客带来', referral_made: '带来一位新客', commission_earned: '获得佣金', commission_pending: '佣金待结算', commission_payable: '佣金可提现', commission_reversed: '佣金冲回',
  order_placed: '下单', order_paid: '付款', order_ready: '备货完成', order_fulfilled: '已发货或自提', order_completed: '订单完成', order_cancelled: '订单取消',
  order_expired: '超时未付，订单关闭', order_closing: '订单正在关闭', order_paid_late: '关闭后才付款', order_refunded: '退款', order_refund_requested: '申请退款', refund_made: '退款', refund_done: '退款到账',
  order_imported: '历史订单', payment_succeeded: '支付成功', payment_failed: '支付失败', payment_opened: '发起支付',
  message_sent: '收到消息', message_read: '读了消息', message_clicked: '点了消息', message_failed: '消息没送到', message_skipped: '没有发给他', message_held_out: '分在对照组',
  campaign_created: '新建群发', campaign_changed: '修改群发', campaign_launched: '发送群发', campaign_done: '群发完成', campaign_finished: '群发完成', campaign_cancelled: '停止群发',
  staff_signed_in: '登录', staff_signed_out: '退出登录', staff_sign_in_refused: '登录被拒', staff_added: '新增员工', staff_changed: '修改员工',
  store_added: '新增门店', store_changed: '修改门店', brand_changed: '修改设置', settings_changed: '修改设置', key_created: '新建密钥', key_revoked: '停用密钥',
  touchpoint_created: '新建触点', touchpoint_added: '新建触点', touchpoint_changed: '修改触点', cost_added: '录入成本', cost_removed: '删除成本', touchpoint_cost_added: '录入触点成本', touchpoint_cost_removed: '删除触点成本',
  product_created: '新建商品', product_added: '新建商品', product_changed: '修改商品', stock_adjusted: '调整库存',
  import_uploaded: '上传文件', import_started: '开始导入', import_done: '导入完成', import_finished: '导入完成', import_cancelled: '取消导入',
} as const

const en: { [K in keyof typeof zh]: string } = {
  page_viewed: 'Viewed a page', page: 'Viewed a page', screen: 'Viewed a screen', touchpoint_visited: 'Scanned or opened a touchpoint', visit: 'Visited',
  mall_opened: 'Opened the mall', product_viewed: 'Looked at a product', cart_changed: 'Changed the cart', checkout_started: 'Started checkout', search_performed: 'Searched',
  person_created: 'First seen', person_joined: 'Joined the pool', person_merged: 'Merged with another record', person_identified: 'Identified', person_changed: 'Details changed', person_imported: 'Imported from a file',
  identity_added: 'New identity', stage_changed: 'Stage changed', person_stage_changed: 'Stage changed', stage_entered: 'Entered stage',
  tag_added: 'Tagged', tag_removed: 'Untagged', person_tagged: 'Tagged', person_untagged: 'Untagged',
  consent_granted: 'Agreed to messages', consent_denied: 'Declined messages', consent_withdrawn: 'Withdrew consent', consent_changed: 'Consent changed',
  referral_bound: 'Brought by a customer', referral_made: 'Brought a new customer', commission_earned: 'Earned commission', commission_pending: 'Commission pending', commission_payable: 'Commission payable', commission_reversed: 'Commission reversed',
  order_placed: 'Placed an order', order_paid: 'Paid', order_ready: 'Order ready', order_fulfilled: 'Order handed over', order_completed: 'Order completed', order_cancelled: 'Order cancelled',
  order_expired: 'Order expired unpaid', order_closing: 'Order closing', order_paid_late: 'Paid after closing', order_refunded: 'Refunded', order_refund_requested: 'Refund requested', refund_made: 'Refunded', refund_done: 'Refund arrived',
  order_imported: 'Order from before', payment_succeeded: 'Payment succeeded', payment_failed: 'Payment failed', payment_opened: 'Payment started',
  message_sent: 'Got a message', message_read: 'Read a message', message_clicked: 'Clicked a message', message_failed: 'Message not delivered', message_skipped: 'Not messaged', message_held_out: 'In the holdout',
  campaign_created: 'Created a campaign', campaign_changed: 'Changed a campaign', campaign_launched: 'Launched a campaign', campaign_done: 'Campaign done', campaign_finished: 'Campaign done', campaign_cancelled: 'Stopped a campaign',
  staff_signed_in: 'Signed in', staff_signed_out: 'Signed out', staff_sign_in_refused: 'Sign-in refused', staff_added: 'Added staff', staff_changed: 'Changed staff',
  store_added: 'Added a store', store_changed: 'Changed a store', brand_changed: 'Changed settings', settings_changed: 'Changed settings', key_created: 'Created a key', key_revoked: 'Revoked a key',
  touchpoint_created: 'Created a touchpoint', touchpoint_added: 'Created a touchpoint', touchpoint_changed: 'Changed a touchpoint', cost_added: 'Entered a cost', cost_removed: 'Removed a cost', touchpoint_cost_added: 'Entered a touchpoint cost', touchpoint_cost_removed: 'Removed a touchpoint cost',
  product_created: 'Created a product', product_added: 'Created a product', product_changed: 'Changed a product', stock_adjusted: 'Adjusted stock',
  import_uploaded: 'Uploaded a file', import_started: 'Started an import', import_done: 'Import done', import_finished: 'Import done', import_cancelled: 'Cancelled an import',
}

export type EventWord = keyof typeof zh
export const useEventWords = words('events', zh, en)
