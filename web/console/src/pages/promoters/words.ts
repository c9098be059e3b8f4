import { words } from '@/words'

export const usePromoters = words(
  'promoters',
  {
    title: '分销员', what: '分销员', note: '老客分享自己的推荐码，新客下单后得 {{share}} 佣金；订单完成满 {{days}} 天后可提现。', person: '分销员', code: '推荐码', referred: '带来客户', orders: '订单', sales: '带来收入', pending: '待结算佣金', payable: '可提现佣金', owed: '待追回', brought: '带来 {{n}} 人',
    empty: '还没有分销员', empty_hint: '客户在商城分享自己的推荐码，带来第一位新客后，就会列在这里。',
  },
  {
    title: 'Promoters', what: 'promoters', note: 'Customers share their own code and earn {{share}} when someone they brought orders; it can be paid out {{days}} days after the order completes.', person: 'Promoter', code: 'Code', referred: 'Brought', orders: 'Orders', sales: 'Sales', pending: 'Pending', payable: 'Payable', owed: 'Owed back', brought: 'brought {{n}}',
    empty: 'No promoters yet', empty_hint: 'Customers share their code in the mall. Once the first person they brought appears, they are listed here.',
  },
)
