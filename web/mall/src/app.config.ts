export default defineAppConfig({
  pages: [
    'pages/home', 'pages/category', 'pages/cart', 'pages/me',
    'pages/search', 'pages/product', 'pages/checkout', 'pages/cashier',
    'pages/orders', 'pages/order', 'pages/inbox', 'pages/signin',
  ],
  tabBar: {
    custom: true,
    color: '#5B6B75',
    selectedColor: '#0E7C86',
    backgroundColor: '#FFFFFF',
    list: [
      { pagePath: 'pages/home', text: '首页' },
      { pagePath: 'pages/category', text: '分类' },
      { pagePath: 'pages/cart', text: '购物车' },
      { pagePath: 'pages/me', text: '我的' },
    ],
  },
  window: {
    navigationBarTitleText: '',
    navigationBarBackgroundColor: '#FBFCFC',
    navigationBarTextStyle: 'black',
    backgroundColor: '#FBFCFC',
  },
  animation: false,
})
