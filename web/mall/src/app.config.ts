export default defineAppConfig({
  pages: ['pages/home'],
  window: { navigationBarTitleText: 'Weir', navigationBarBackgroundColor: '#FBFCFC', navigationBarTextStyle: 'black', backgroundColor: '#FBFCFC' },
})
