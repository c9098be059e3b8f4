export default definePageConfig({ navigationBarTitleText: '', onReachBottomDistance: 400 })
