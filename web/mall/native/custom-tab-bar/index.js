// WeChat asks for this component when the tab bar is our own. The bar itself is drawn by each root page
// (src/parts/tabs.tsx), so this one is empty; native, because the vite runner 4.2.0 does not compile it (NervJS/taro#17978).
Component({})
