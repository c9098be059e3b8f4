import { defineConfig } from 'vitest/config'

export default defineConfig({
  define: { WEIR_ORIGIN: JSON.stringify('https://mall.example'), 'process.env.TARO_ENV': JSON.stringify('weapp') },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
