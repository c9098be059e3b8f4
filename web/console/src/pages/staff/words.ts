import { words } from '@/words'

export const useStaff = words(
  'staff',
  {
    title: '员工与角色', what: '员工', everyone: '员工', create: '添加员工', created_done: '{{name}} 已添加，请把邮箱和初始密码告诉对方', edit: '编辑员工', name: '姓名', email: '邮箱（登录用）', role: '角色', stores: '门店', all_stores: '全部门店', status: '状态', active: '在职', inactive: '停用', last_seen: '最近登录', never: '从未登录', password: '初始密码', new_password: '重设密码', password_hint: '至少 8 位。请本人登录后妥善保管。', password_short: '至少 8 位', password_keep: '不修改请留空', name_needed: '请填写姓名', email_needed: '请填写正确的邮箱', stores_hint: '店长和导购只看得到所选门店的数据', stores_needed: '店长和导购需要选择门店',
    deactivate: '停用', activate: '恢复', deactivate_title: '停用 {{name}}？', deactivate_note: '对方会立即退出登录，之后无法再登录。操作记录仍保留在日志里。', you: '你', generate: '随机生成',
    roles: '角色与权限', roles_note: '各角色拥有的权限。', permission: '权限',
    may_person_read: '查看客户', may_person_write: '编辑客户', may_person_reveal: '查看完整联系方式', may_person_erase: '彻底删除客户', may_touchpoint_write: '管理触点', may_campaign_write: '编辑群发', may_campaign_launch: '发送群发', may_product_write: '管理商品', may_stock_write: '调整库存', may_order_read: '查看订单', may_order_fulfil: '处理订单', may_order_refund: '退款', may_import_run: '导入文件', may_measure_read: '查看数据', may_ledger_read: '查看账本', may_staff_write: '管理员工', may_settings_write: '修改设置', may_key_write: '管理密钥', may_audit_read: '查看日志',
    empty: '还没有员工',
  },
  {
    title: 'Staff & roles', what: 'staff', everyone: 'Staff', create: 'Add staff', created_done: '{{name}} added. Pass on the e-mail and first password.', edit: 'Edit staff', name: 'Name', email: 'E-mail (to sign in)', role: 'Role', stores: 'Stores', all_stores: 'All stores', status: 'Status', active: 'Active', inactive: 'Inactive', last_seen: 'Last seen', never: 'never', password: 'First password', new_password: 'New password', password_hint: 'At least 8 characters. Ask them to keep it safe.', password_short: 'At least 8 characters', password_keep: 'Leave empty to keep it', name_needed: 'Enter a name', email_needed: 'Enter a valid e-mail', stores_hint: 'Store managers and guides only see the stores chosen here', stores_needed: 'Store managers and guides need a store',
    deactivate: 'Deactivate', activate: 'Reactivate', deactivate_title: 'Deactivate {{name}}?', deactivate_note: 'They are signed out at once and cannot sign in again. What they did stays in the log.', you: 'you', generate: 'Generate',
    roles: 'Roles and permissions', roles_note: 'What each role may do.', permission: 'Permission',
    may_person_read: 'See customers', may_person_write: 'Edit customers', may_person_reveal: 'See full contact details', may_person_erase: 'Erase customers', may_touchpoint_write: 'Manage touchpoints', may_campaign_write: 'Write campaigns', may_campaign_launch: 'Send campaigns', may_product_write: 'Manage products', may_stock_write: 'Adjust stock', may_order_read: 'See orders', may_order_fulfil: 'Handle orders', may_order_refund: 'Refund', may_import_run: 'Import files', may_measure_read: 'See figures', may_ledger_read: 'See the ledger', may_staff_write: 'Manage staff', may_settings_write: 'Change settings', may_key_write: 'Manage keys', may_audit_read: 'See the log',
    empty: 'No staff yet',
  },
)
export type StaffWord = Parameters<ReturnType<typeof useStaff>>[0]
