import { words } from '@/words'

export const useLedger = words(
  'ledger',
  {
    title: '账本', note: '复式记账：每一笔都有借有贷，入账后不能修改或删除。', accounts: '账户', entries: '分录', balanced: '借贷平衡', unbalanced: '借贷不平，请立即联系技术同事', at: '时间', account: '账户', cause: '事由', order_paid: '订单付款', refund_asked: '发起退款', refund_done: '退款到账', payment_mismatch: '付款金额不符', commission_accrued: '计提佣金', commission_matured: '佣金可提现', commission_netted: '抵扣应收回佣金', commission_reversed: '冲回佣金', debit: '借', credit: '贷', balance: '余额',
    empty: '还没有分录', empty_hint: '第一笔付款之后，这里会出现分录。',
  },
  {
    title: 'Ledger', note: 'Double entry: every amount is debited and credited; entries are added, never changed.', accounts: 'Accounts', entries: 'Entries', balanced: 'In balance', unbalanced: 'Out of balance: call your engineers at once', at: 'Time', account: 'Account', cause: 'Cause', order_paid: 'Order paid', refund_asked: 'Refund asked', refund_done: 'Refund arrived', payment_mismatch: 'Payment mismatch', commission_accrued: 'Commission accrued', commission_matured: 'Commission payable', commission_netted: 'Commission netted', commission_reversed: 'Commission reversed', debit: 'Debit', credit: 'Credit', balance: 'Balance',
    empty: 'No entries yet', empty_hint: 'The ledger begins with the first payment.',
  },
)
export type LedgerWord = Parameters<ReturnType<typeof useLedger>>[0]
