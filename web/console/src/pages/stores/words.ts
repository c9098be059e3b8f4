import { words } from '@/words'

export const useStores = words(
  'stores',
  {
    title: '门店', what: '门店', search: '门店名称或编号', name: '门店', code: '编号', city: '城市', kind_hq: '总部', persons: '客户', orders: '订单', revenue: '收入', status: '状态', active: '营业', inactive: '停用', create: '新建门店', edit: '编辑门店', created_done: '门店已建好', name_needed: '请填写名称', code_needed: '请填写编号', code_hint: '和收银系统一致，便于导入时匹配',
    place: '位置', place_hint: '渠道活码按位置找最近的门店。可以直接粘贴地图里的「纬度, 经度」；批量填写请用导入，列名「纬度」「经度」。',
    close_store: '停用', open_store: '启用', close_title: '停用「{{name}}」？', close_note: '商城里不能再选这家店；已下的订单和库存不受影响。', empty: '还没有门店', empty_hint: '新建门店，或从文件导入。', import: '导入门店',
  },
  {
    title: 'Stores', what: 'stores', search: 'Name or code', name: 'Store', code: 'Code', city: 'City', kind_hq: 'HQ', persons: 'People', orders: 'Orders', revenue: 'Revenue', status: 'Status', active: 'Open', inactive: 'Inactive', create: 'New store', edit: 'Edit store', created_done: 'Store created', name_needed: 'Give it a name', code_needed: 'Give it a code', code_hint: 'The same as in the till, so that imports match',
    place: 'Position', place_hint: 'Live codes find the nearest store by it. Paste “latitude, longitude” as a map shows it; for many stores import a file with the columns lat and lng.',
    close_store: 'Deactivate', open_store: 'Activate', close_title: 'Deactivate “{{name}}”?', close_note: 'It can no longer be chosen in the mall. Orders and stock it has are not touched.', empty: 'No stores yet', empty_hint: 'Make one, or import them from a file.', import: 'Import stores',
  },
)
