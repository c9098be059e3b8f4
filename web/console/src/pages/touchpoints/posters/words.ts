import { words } from '@/words'

export const usePosters = words(
  'posters',
  {
    title: '海报', what: '海报', back: '触点', note: '一次设计，每个触点一张。PNG 和 PDF 都按 300 dpi 出图，二维码在 PDF 里是矢量。',
    format: '版式', a4: 'A4', a5: 'A5', square: '方形', phone: '手机图', background: '背景', colour: '背景色', ink: '文字色', picture: '背景图片', picture_pick: '选图片', picture_drop: '去掉图片', picture_wrong: '这张图片打不开，请换一张',
    heading: '标题', text: '说明', heading_default: '扫码添加专属顾问', text_default: '到店礼、专属优惠、售后，一位顾问全程为您服务', place: '二维码位置', top: '上', middle: '中', bottom: '下', size: '二维码大小', caption: '二维码下写门店和触点名',
    which: '触点', n_posters: '共 {{n}} 张', first_of: '预览第一张：{{name}}', png: '下载 PNG', pdf: '下载 PDF', pdf_many: '下载 PDF（{{n}} 页）', making: '正在排版 {{done}} / {{n}}', made: '已下载',
    readable: '已核对：成图里的二维码能扫出来', unreadable: '成图里的二维码扫不出来，请把它调大一些', checking: '正在核对二维码', failed: '海报生成失败', none: '没有可制作海报的触点', none_hint: '先新建触点，或换个筛选条件。', too_many: '一次最多 1,000 张，这里取前 1,000 个触点。',
  },
  {
    title: 'Posters', what: 'posters', back: 'Touchpoints', note: 'Design once, one for every touchpoint. PNG and PDF come at 300 dpi; in the PDF the code is a vector.',
    format: 'Format', a4: 'A4', a5: 'A5', square: 'Square', phone: 'Phone', background: 'Background', colour: 'Background colour', ink: 'Text colour', picture: 'Background picture', picture_pick: 'Choose a picture', picture_drop: 'Remove the picture', picture_wrong: 'This picture cannot be opened; choose another',
    heading: 'Title', text: 'Text', heading_default: 'Scan to meet your own guide', text_default: 'Welcome gift, member prices and help after the purchase, from one person', place: 'Code at', top: 'Top', middle: 'Middle', bottom: 'Bottom', size: 'Size of the code', caption: 'Store and touchpoint under the code',
    which: 'Touchpoint', n_posters: '{{n}} posters', first_of: 'Preview of the first: {{name}}', png: 'Download PNG', pdf: 'Download PDF', pdf_many: 'Download PDF ({{n}} pages)', making: 'Setting {{done}} of {{n}}', made: 'Downloaded',
    readable: 'Checked: the code in the finished picture can be scanned', unreadable: 'The code in the finished picture cannot be scanned; make it larger', checking: 'Checking the code', failed: 'The poster could not be made', none: 'No touchpoints to make posters for', none_hint: 'Make a touchpoint first, or choose other filters.', too_many: 'At most 1,000 at a time: these are the first 1,000 touchpoints.',
  },
)
