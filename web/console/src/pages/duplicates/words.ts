import { words } from '@/words'

export const useDuplicateWords = words(
  'duplicates',
  {
    title: '疑似重复', what: '疑似重复的客户', note: '同一个标识先后出现在两位客户身上。由你判断是不是同一个人；合并随时可以撤销。',
    pair: '客户', shared: '共同的标识', times: '次数', last: '最近一次', decide: '判断', merge: '是同一个人', apart: '不是同一个人', move: '标识归另一位', decided: '已处理',
    move_note: '把标识交给现在没有它的那一位，两人不再自动合并。', empty: '没有疑似重复的客户', empty_hint: '手机号等标识有争议时，会列在这里等你判断。', pool: '跨流量池', pool_note: '两位客户在不同的流量池，设置为各池分开时不会自动合并。', unnamed: '未留名客户', and: '与',
  },
  {
    title: 'Possible duplicates', what: 'possible duplicates', note: 'One identity was seen with two customers. Decide whether they are one; a merge can always be taken back.',
    pair: 'Customers', shared: 'Shared identity', times: 'Times', last: 'Last seen', decide: 'Decide', merge: 'The same person', apart: 'Two people', move: 'Move the identity', decided: 'Decided',
    move_note: 'Gives the identity to the one who does not hold it now; the two are not joined again.', empty: 'No possible duplicates', empty_hint: 'When an identity such as a phone number is contested, it waits here for you.', pool: 'Across pools', pool_note: 'The two are in different traffic pools, and pools are kept apart: only people join them.', unnamed: 'unnamed customer', and: 'and',
  },
)
