import { words } from '@/words'

export const useProducts = words(
  'products',
  {
    title: '商品与库存', what: '商品', search: '商品名称或编号', name: '商品', code: '编号', category: '类目', status: '状态', price: '价格', from: '{{price}} 起', stock: '可售库存', sold: '已售', skus: '规格', created: '创建时间',
    on_sale: '在售', off_sale: '下架', out: '无货', few: '库存紧张',
    create: '新建商品', empty: '还没有商品', empty_hint: '新建一个，或者从文件导入全部商品和价格。', import: '导入商品', back: '商品与库存',
    zh_name: '中文名称', en_name: '英文名称', name_needed: '请填写名称', code_needed: '用 1 到 40 个字母、数字或 - _ .', code_rule: '字母、数字或 - _ .，建好后不能改', category_note: '输入一个新的英文编号就能新建类目', category_new: '新类目「{{code}}」', sku_name_hint: '例如 250 克、大杯', category_needed: '请选择类目', image: '图片地址', image_hint: '正方形图片最好看', description: '描述', put_on: '上架', take_off: '下架', put_on_done: '已上架', take_off_done: '已下架', take_off_title: '下架「{{name}}」？', take_off_note: '商城里会立即看不到它。购物车里有它的客户下单时会被提醒；已下的订单不受影响。',
    basics: '基本信息', sku_title: '规格与价格', sku_name: '规格名', sku_code: '规格编号', sku_price: '售价', sku_add: '添加规格', sku_remove: '移除这个规格', sku_needed: '至少要有一个规格', created_done: '商品已建好', stock_title: '库存', stock_note: '各门店的库存分开管理；占用的是已下单未交付的。',
    on_hand: '实有', held: '占用', available: '可售', see_stock: '看各门店库存', stock_of: '{{name}} · 库存', adjust: '调整', adjust_title: '调整 {{store}} 的库存', delta: '增减数量', delta_hint: '增加填正数，减少填负数', delta_needed: '填一个不为 0 的整数', delta_too_low: '实有不能少于 0', reason: '原因', reason_needed: '请写明原因', reason_in: '到货入库', reason_count: '盘点', reason_broken: '破损', reason_move: '调拨', adjust_says: '实有将从 {{before}} 变为 {{after}}', adjusted: '{{store}} 实有 {{n}} 件', stock_empty: '还没有门店有这个规格的库存',
  },
  {
    title: 'Products & stock', what: 'products', search: 'Name or code', name: 'Product', code: 'Code', category: 'Category', status: 'Status', price: 'Price', from: 'from {{price}}', stock: 'Available', sold: 'Sold', skus: 'Variants', created: 'Created',
    on_sale: 'On sale', off_sale: 'Off sale', out: 'out of stock', few: 'low',
    create: 'New product', empty: 'No products yet', empty_hint: 'Make one, or import all products and prices from a file.', import: 'Import products', back: 'Products & stock',
    zh_name: 'Chinese name', en_name: 'English name', name_needed: 'Give it a name', code_needed: 'Use 1 to 40 letters, digits or - _ .', code_rule: 'Letters, digits or - _ . and never changed', category_note: 'Type a new code to make a category', category_new: 'New category “{{code}}”', sku_name_hint: 'e.g. 250 g, large', category_needed: 'Choose a category', image: 'Image address', image_hint: 'A square image looks best', description: 'Description', put_on: 'Put on sale', take_off: 'Take off sale', put_on_done: 'On sale', take_off_done: 'Off sale', take_off_title: 'Take “{{name}}” off sale?', take_off_note: 'It leaves the mall at once. Customers with it in the cart are told at checkout; orders already placed are not touched.',
    basics: 'Basics', sku_title: 'Variants and prices', sku_name: 'Variant', sku_code: 'Variant code', sku_price: 'Price', sku_add: 'Add a variant', sku_remove: 'Remove this variant', sku_needed: 'At least one variant is needed', created_done: 'Product created', stock_title: 'Stock', stock_note: 'Each store has its own stock. Held means ordered and not yet handed over.',
    on_hand: 'On hand', held: 'Held', available: 'Available', see_stock: 'Stock by store', stock_of: '{{name}} · stock', adjust: 'Adjust', adjust_title: 'Adjust stock of {{store}}', delta: 'Change', delta_hint: 'Positive adds, negative takes away', delta_needed: 'Enter a whole number other than 0', delta_too_low: 'On hand cannot go below 0', reason: 'Reason', reason_needed: 'Give a reason', reason_in: 'Delivery', reason_count: 'Stock count', reason_broken: 'Damage', reason_move: 'Transfer', adjust_says: 'On hand goes from {{before}} to {{after}}', adjusted: '{{store}} has {{n}} on hand', stock_empty: 'No store has stock of this variant yet',
  },
)
