import { useMemo } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from 'react-router'
import { Button } from 'antd'
import { Plus, Upload } from 'lucide-react'
import type { Product } from 'api'
import { api } from '@/server'
import { StateChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { useColumnChoice, type Column } from '@/parts/list/columns'
import { ListBar, type FilterSpec } from '@/parts/list/ListBar'
import { ListTable } from '@/parts/list/ListTable'
import { useFilters, useList } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { Empty } from '@/parts/state'
import { Thumb } from '@/parts/Thumb'
import { useSession } from '@/shell/session'
import { useProducts } from './words'

export function useProductName(): (product: Pick<Product, 'name' | 'name_en'>) => string {
  const { lang } = useFormat()
  return (product) => (lang === 'en' && product.name_en ? product.name_en : product.name)
}

function usePrice(): (product: Product) => string {
  const t = useProducts()
  const f = useFormat()
  return (product) => {
    const price = f.money(product.price_from_fen)
    return product.skus.length > 1 ? t('from', { price }) : price
  }
}

function Stock({ product }: { product: Product }) {
  const t = useProducts()
  const f = useFormat()
  const available = product.stock_total
  return (
    <span className="row" style={{ justifyContent: 'flex-end' }}>
      {available <= 0 ? <StateChip tone="bad">{t('out')}</StateChip> : available < 10 && <StateChip tone="warn">{t('few')}</StateChip>}
      {f.count(available)}
    </span>
  )
}

function useColumns(): Column<Product>[] {
  const t = useProducts()
  const f = useFormat()
  const name = useProductName()
  const price = usePrice()
  return useMemo(
    () => [
      {
        key: 'name', title: t('name'), csv: (row) => name(row), render: (row) => (
          <span className="row">
            <Thumb src={row.image} size={36} />
            <Link to={`/products/${row.id}`} className="strong" data-testid="product-link">{name(row)}</Link>
          </span>
        ),
      },
      { key: 'code', title: t('code'), csv: (row) => row.code, render: (row) => <span className="mono">{row.code}</span> },
      { key: 'category', title: t('category'), csv: (row) => row[`category_${f.lang}`], render: (row) => row[`category_${f.lang}`] },
      { key: 'status', title: t('status'), csv: (row) => t(row.status), render: (row) => <StateChip tone={row.status === 'on_sale' ? 'good' : 'plain'}>{t(row.status)}</StateChip> },
      { key: 'price', title: t('price'), end: true, csv: (row) => row.price_from_fen / 100, render: (row) => price(row) },
      { key: 'stock', title: t('stock'), end: true, csv: (row) => row.stock_total, render: (row) => <Stock product={row} /> },
      { key: 'sold', title: t('sold'), end: true, csv: (row) => row.sold, render: (row) => f.count(row.sold) },
      { key: 'skus', title: t('skus'), end: true, hidden: true, csv: (row) => row.skus.length, render: (row) => row.skus.length },
      { key: 'created', title: t('created'), hidden: true, csv: (row) => new Date(row.created_at).toISOString(), render: (row) => f.when(row.created_at) },
    ],
    [t, f],
  )
}

export default function Products() {
  const t = useProducts()
  const f = useFormat()
  const navigate = useNavigate()
  const { can } = useSession()
  const categories = useQuery({ queryKey: ['categories'], queryFn: api.products.categories, staleTime: 60_000 })
  const filters = useFilters(['category', 'status'])
  const list = useList<Product>(['products', filters.values], (page) => api.products.list({ ...filters.values, ...page }))
  const columns = useColumns()
  const choice = useColumnChoice('products', columns)
  const specs = useMemo<FilterSpec[]>(
    () => [
      { name: 'category', label: t('category'), options: (categories.data?.items ?? []).map((each) => ({ value: each.code, label: `${each[f.lang]} (${each.products})` })) },
      { name: 'status', label: t('status'), options: (['on_sale', 'off_sale'] as const).map((value) => ({ value, label: t(value) })) },
    ],
    [t, f, categories.data],
  )
  const actions = can('product.write') && (
    <>
      {can('import.run') && <Link to="/imports"><Button icon={<Upload size={15} />}>{t('import')}</Button></Link>}
      <Link to="/products/new"><Button type="primary" icon={<Plus size={15} />} data-testid="new-product">{t('create')}</Button></Link>
    </>
  )
  return (
    <Page title={t('title')} actions={actions}>
      <Card flush>
        <ListBar topic="products" filters={filters} specs={specs} searchHint={t('search')} columns={columns} choice={choice} rows={list.rows} />
        <ListTable
          topic="products"
          what={t('what')}
          list={list}
          columns={choice.visible}
          id={(row) => row.id}
          open={(row) => void navigate(`/products/${row.id}`)}
          card={(row) => <ProductCard row={row} />}
          filtered={filters.active.length > 0 || Boolean(filters.values.q)}
          clear={filters.clear}
          empty={<Empty title={t('empty')} hint={t('empty_hint')} action={<span className="row">{actions}</span>} />}
        />
      </Card>
    </Page>
  )
}

function ProductCard({ row }: { row: Product }) {
  const t = useProducts()
  const f = useFormat()
  const name = useProductName()
  const price = usePrice()
  return (
    <div className="row" style={{ gap: 12 }}>
      <Thumb src={row.image} />
      <span className="grow stack tight">
        <span className="row between"><Link to={`/products/${row.id}`} className="strong cut" data-testid="product-link">{name(row)}</Link><span className="nowrap">{price(row)}</span></span>
        <span className="row between small muted"><span>{row[`category_${f.lang}`]} · {t(row.status)}</span><span className="nowrap">{t('stock')} {f.count(row.stock_total)}</span></span>
      </span>
    </div>
  )
}
