import { words } from '@/words'

const zh = {
  home: '首页', pool: '私域', persons: '客户', pools: '流量池', duplicates: '疑似重复', sync: '客户同步', segments: '人群', tags: '标签', attributes: '属性', stages: '生命周期', rfm: 'RFM 分层', touchpoints: '触点', ask: '分析', campaigns: '群发活动',
  trade: '交易', orders: '订单', products: '商品与库存', promoters: '分销员', ledger: '账本',
  intake: '采集', events: '事件目录', quarantine: '隔离区',
  keep: '管理', imports: '导入', stores: '门店', staff: '员工与角色', keys: 'API 密钥', audit: '操作日志', erasures: '删除凭证', health: '系统健康', settings: '设置',
  main_nav: '主导航', skip: '跳到正文', more_places: '更多', all_places: '全部功能',
  go_anywhere: '搜索或跳转', palette_hint: '搜索客户、订单、商品、触点、活动或页面', palette_empty: '没有找到「{{q}}」',
  palette_empty_hint: '试试手机号后四位、订单号，或页面名称。',
  pages: '页面', acts: '操作', searching: '正在搜索客户、订单和商品',
  new_campaign: '新建群发活动', new_segment: '新建人群', new_touchpoint: '新建触点', new_product: '新建商品', import_file: '导入文件',
  theme: '外观', theme_auto: '跟随系统', theme_light: '浅色', theme_dark: '深色', language: '语言',
  sign_out: '退出登录', account: '账号', sandbox: '演示环境', sandbox_note: '消息只发到内置沙箱，不会联系真实的人。',
  open_mall: '打开商城',
  shortcuts: '键盘快捷键', sc_palette: '搜索或跳转', sc_help: '打开快捷键说明', sc_search: '跳到列表的搜索框', sc_move: '在列表里上下移动',
  sc_open: '打开选中的一行', sc_close: '关闭弹层', sc_go: '先按 g，再按字母', sc_lists: '列表', sc_anywhere: '全局', sc_goto: '前往',
  role_owner: '负责人', role_operator: '运营', role_store_manager: '店长', role_guide: '导购', role_read_only: '只读',
  lost_title: '这里没有水流过', lost_hint: '没有 {{path}} 这个页面。链接可能已经改过，或者少了几个字。', lost_home: '回首页',
  crashed: '这个页面出错了', crashed_hint: '你的数据没有改动。重新加载通常就好；如果还是这样，请把下面这行告诉技术同事。', reload: '重新加载',
  new_version: '页面已更新到新版本，重新加载即可。',
} as const

const en: { [K in keyof typeof zh]: string } = {
  home: 'Home', pool: 'Pool', persons: 'Customers', pools: 'Traffic pools', duplicates: 'Possible duplicates', sync: 'Customer sync', segments: 'Segments', tags: 'Tags', attributes: 'Attributes', stages: 'Life cycle', rfm: 'RFM', touchpoints: 'Touchpoints', ask: 'Questions', campaigns: 'Campaigns',
  trade: 'Trade', orders: 'Orders', products: 'Products & stock', promoters: 'Promoters', ledger: 'Ledger',
  intake: 'Intake', events: 'Events', quarantine: 'Quarantine',
  keep: 'Manage', imports: 'Imports', stores: 'Stores', staff: 'Staff & roles', keys: 'API keys', audit: 'Audit log', erasures: 'Erasures', health: 'System health', settings: 'Settings',
  main_nav: 'Main navigation', skip: 'Skip to content', more_places: 'More', all_places: 'All pages',
  go_anywhere: 'Search or jump', palette_hint: 'A customer, order, product, touchpoint, campaign or page', palette_empty: 'Nothing found for “{{q}}”',
  palette_empty_hint: 'Try the last digits of a phone number, an order number, or the name of a page.',
  pages: 'Pages', acts: 'Actions', searching: 'Searching customers, orders and products',
  new_campaign: 'New campaign', new_segment: 'New segment', new_touchpoint: 'New touchpoint', new_product: 'New product', import_file: 'Import a file',
  theme: 'Appearance', theme_auto: 'System', theme_light: 'Light', theme_dark: 'Dark', language: 'Language',
  sign_out: 'Sign out', account: 'Account', sandbox: 'Sandbox', sandbox_note: 'Messages stay in the built-in sandbox. No real person is contacted.',
  open_mall: 'Open the mall',
  shortcuts: 'Keyboard shortcuts', sc_palette: 'Search or jump', sc_help: 'Show this help', sc_search: 'Go to the search box of a list', sc_move: 'Move up and down a list',
  sc_open: 'Open the selected row', sc_close: 'Close what is open', sc_go: 'Press g, then a letter', sc_lists: 'Lists', sc_anywhere: 'Anywhere', sc_goto: 'Go to',
  role_owner: 'Owner', role_operator: 'Operator', role_store_manager: 'Store manager', role_guide: 'Guide', role_read_only: 'Read only',
  lost_title: 'No water runs here', lost_hint: 'There is no page at {{path}}. The link may have changed, or lost a few letters.', lost_home: 'Go home',
  crashed: 'This page broke', crashed_hint: 'Your data is unchanged. Reloading usually helps; if not, pass this line on to your engineers.', reload: 'Reload',
  new_version: 'There is a newer version of this page. Reload to get it.',
}

export type ShellWord = keyof typeof zh
export const useShell = words('shell', zh, en)
