import { defineConfig, type UserConfigExport } from '@tarojs/cli'

/**
 * One source, two builds. Sizes are written in CSS px for a phone 375–430 wide and stay px on both
 * platforms (no rem, no rpx): a tap target of 44 px is 44 px everywhere.
 */
export default defineConfig<'vite'>(async () => {
  const type = process.env.TARO_ENV ?? 'h5'
  const config: UserConfigExport<'vite'> = {
    projectName: 'weir-mall',
    date: '2025-01-01',
    designWidth: 375,
    deviceRatio: { 375: 2, 640: 2.34 / 2, 750: 1, 828: 1.81 / 2 },
    sourceRoot: 'src',
    outputRoot: `dist/${type}`,
    framework: 'react',
    compiler: { type: 'vite' },
    plugins: [],
    // Where the mini program finds its server; the browser's mall asks the server that it came from.
    defineConstants: { WEIR_ORIGIN: JSON.stringify(process.env.WEIR_ORIGIN ?? 'http://127.0.0.1:8700') },
    copy: {
      patterns: type === 'weapp' ? [{ from: 'native/custom-tab-bar', to: 'dist/weapp/custom-tab-bar' }] : [],
      options: {},
    },
    mini: {
      postcss: { pxtransform: { enable: false, config: {} } },
    },
    h5: {
      publicPath: '/m/',
      staticDirectory: 'static',
      router: { mode: 'hash' },
      esnextModules: [],
      devServer: {
        open: false,
        proxy: Object.fromEntries(['/mall', '/art', '/c'].map((path) => [path, 'http://127.0.0.1:8700'])),
      },
      postcss: {
        // Not rem: the page then needs no inline script, and a strict content security policy may hold.
        pxtransform: { enable: false, config: { targetUnit: 'vw' } },
        autoprefixer: { enable: true, config: {} },
      },
    },
  }
  return config
})
