/** Routes: each page is its own bundle. */
import { lazy, Suspense, type ComponentType } from 'react'
import { QueryClientProvider } from '@tanstack/react-query'
import { createBrowserRouter, Navigate, RouterProvider, type RouteObject } from 'react-router'
import { App as AntApp, ConfigProvider, theme as antTheme } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import { antdTokens } from 'kit'
import { NoChoices } from './parts/NoChoices'
import { queries } from './server'
import { Layout } from './shell/Layout'
import { SignedIn } from './shell/session'
import { ThemeProvider, useTheme } from './shell/theme'
import { useLang } from './words'

type Bundle = () => Promise<{ default: ComponentType }>
const page = (path: string, bundle: Bundle): RouteObject => ({ path, Component: lazy(bundle) })

const router = createBrowserRouter([
  { path: '/sign-in', Component: lazy(() => import('./pages/sign-in')) },
  {
    path: '/',
    element: <SignedIn><Layout /></SignedIn>,
    children: [
      { index: true, Component: lazy(() => import('./pages/home')) },
      page('persons', () => import('./pages/persons')),
      page('persons/:id', () => import('./pages/person')),
      page('pools', () => import('./pages/pools')),
      page('duplicates', () => import('./pages/duplicates')),
      page('tags', () => import('./pages/tags')),
      page('attributes', () => import('./pages/attributes')),
      page('sync', () => import('./pages/sync')),
      page('segments', () => import('./pages/segments')),
      page('segments/new', () => import('./pages/segment-edit')),
      page('segments/combine', () => import('./pages/segments/combine')),
      page('segments/:id', () => import('./pages/segment')),
      page('segments/:id/edit', () => import('./pages/segment-edit')),
      page('health', () => import('./pages/segments/health')),
      page('stages', () => import('./pages/stages')),
      page('rfm', () => import('./pages/rfm')),
      page('touchpoints', () => import('./pages/touchpoints')),
      page('touchpoints/posters', () => import('./pages/touchpoints/posters')),
      page('touchpoints/:id', () => import('./pages/touchpoint')),
      page('touchpoints/:id/live-code', () => import('./pages/live-code')),
      page('campaigns', () => import('./pages/campaigns')),
      page('campaigns/new', () => import('./pages/campaign-edit')),
      page('campaigns/:id', () => import('./pages/campaign')),
      page('campaigns/:id/edit', () => import('./pages/campaign-edit')),
      page('orders', () => import('./pages/orders')),
      page('orders/:id', () => import('./pages/order')),
      page('products', () => import('./pages/products')),
      page('products/new', () => import('./pages/product')),
      page('products/:id', () => import('./pages/product')),
      page('promoters', () => import('./pages/promoters')),
      page('ledger', () => import('./pages/ledger')),
      page('imports', () => import('./pages/imports')),
      page('imports/:id', () => import('./pages/import')),
      page('ask', () => import('./pages/ask')),
      page('ask/funnel', () => import('./pages/ask/funnel')),
      page('ask/retention', () => import('./pages/ask/retention')),
      page('ask/paths', () => import('./pages/ask/paths')),
      page('ask/trend', () => import('./pages/ask/trend')),
      page('ask/distribution', () => import('./pages/ask/distribution')),
      page('ask/interval', () => import('./pages/ask/interval')),
      page('ask/rfm', () => import('./pages/ask/rfm')),
      page('ask/cohorts', () => import('./pages/ask/cohorts')),
      page('events', () => import('./pages/events')),
      page('quarantine', () => import('./pages/quarantine')),
      page('staff', () => import('./pages/staff')),
      page('stores', () => import('./pages/stores')),
      page('keys', () => import('./pages/keys')),
      page('audit', () => import('./pages/audit')),
      page('erasures', () => import('./pages/erasures')),
      page('settings', () => import('./pages/settings')),
      page('*', () => import('./pages/lost')),
    ],
  },
  { path: '*', element: <Navigate to="/" replace /> },
])

const coarse = window.matchMedia('(pointer: coarse)').matches

function Themed() {
  const { mode } = useTheme()
  const lang = useLang()
  const algorithm = mode === 'dark' ? antTheme.darkAlgorithm : antTheme.defaultAlgorithm
  return (
    <ConfigProvider
      locale={lang === 'zh' ? zhCN : enUS}
      theme={{ ...antdTokens(mode, coarse), algorithm }}
      button={{ autoInsertSpace: false }}
      wave={{ disabled: true }}
      renderEmpty={() => <NoChoices />}
    >
      <AntApp message={{ maxCount: 3 }}>
        <Suspense>
          <RouterProvider router={router} />
        </Suspense>
      </AntApp>
    </ConfigProvider>
  )
}

export function App() {
  return (
    <ThemeProvider>
      <QueryClientProvider client={queries}>
        <Themed />
      </QueryClientProvider>
    </ThemeProvider>
  )
}
