import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const here = (path: string) => new URL(path, import.meta.url).pathname
const server = process.env.WEIR_URL ?? 'http://127.0.0.1:8700'

// What only the Sankey draws with comes with the page that shows one, not with every chart.
const sankey = String.raw`lib[\\/](chart[\\/](sankey|helper[\\/]createGraphFromNodeEdge)|data[\\/](Graph|helper[\\/]linkSeriesData)|component[\\/]helper[\\/](RoamController|roamHelper)|coord[\\/]View|visual[\\/]VisualMapping)`
const chart = new RegExp(String.raw`node_modules[\\/](zrender|echarts[\\/](?!${sankey}))`)

export default defineConfig({
  base: '/',
  plugins: [react()],
  resolve: {
    alias: { '@': here('./src'), api: here('../api/src/index.ts'), kit: here('../kit/src/index.ts') },
  },
  server: {
    fs: { allow: ['..'] },
    proxy: Object.fromEntries(['/api', '/c/', '/m/', '/mall'].map((path) => [path, { target: server }])),
  },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|react-router|scheduler|@tanstack)[\\/]/, priority: 3 },
            { name: 'chart', test: chart, priority: 3 },
          ],
        },
      },
    },
  },
  test: { include: ['test/**/*.test.ts'], environment: 'node', testTimeout: 30_000 },
})
