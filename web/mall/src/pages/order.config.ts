export default definePageConfig({ navigationBarTitleText: '', enablePullDownRefresh: process.env.TARO_ENV === 'weapp' })
