import { words } from '@/words'

export const useBondWords = words(
  'bonds',
  {
    add: '绑定标识', kind: '类型', value: '标识', value_needed: '请填写标识', bound: '已绑定', off: '解绑', off_title: '解绑 {{value}}？', off_note: '由它促成的合并会一并撤销。', off_done: '已解绑，撤销了 {{n}} 次合并',
    inert: '已停用', inert_note: '太多人用过这个标识，它不再用来合并客户', evidence: '依据 {{name}}', since: '{{when}}起',
    merges: '合并记录', merged: '「{{loser}}」并入「{{winner}}」', undone: '已撤销', part: '撤销合并', part_title: '撤销这次合并？',
    stays: '留下', leaves: '分出', side: '{{identities}} 个标识 · {{orders}} 单 · {{money}} · {{events}} 条动态', part_note: '两边会恢复成从未合并的样子；期间的事件归到它所用的标识。以后不会再自动合并。', parted: '已分成两位客户',
  },
  {
    add: 'Bind an identity', kind: 'Kind', value: 'Identity', value_needed: 'Say which', bound: 'Bound', off: 'Take off', off_title: 'Take off {{value}}?', off_note: 'Merges that it made are taken back, too.', off_done: 'Taken off; {{n}} merges taken back',
    inert: 'Inert', inert_note: 'Too many people came with it; it joins nobody any more', evidence: 'by {{name}}', since: 'since {{when}}',
    merges: 'Merges', merged: '“{{loser}}” into “{{winner}}”', undone: 'taken back', part: 'Take back', part_title: 'Take this merge back?',
    stays: 'Stays', leaves: 'Leaves', side: '{{identities}} identities · {{orders}} orders · {{money}} · {{events}} events', part_note: 'Both become what they would be without it; what happened since follows the identity it came with. No rule will join them again.', parted: 'Two customers again',
  },
)
