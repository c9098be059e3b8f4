/** Ant Design's theme tokens from our roles; components are shaped by tokens, not by overriding their CSS. */
import { fontFamily, palettes, radius, type, type Mode } from './tokens'

/** Under a thumb (`coarse`) everything that is pressed is 44 pixels high. */
export function antdTokens(mode: Mode, coarse = false) {
  const p = palettes[mode]
  return {
    token: {
      colorPrimary: p.water,
      colorInfo: p.water,
      colorSuccess: p.reed,
      colorWarning: p.sand,
      colorError: p.clay,
      colorLink: p.waterText,
      colorLinkHover: p.water,
      colorText: p.ink,
      colorTextSecondary: p.muted,
      colorTextTertiary: p.faint,
      colorTextPlaceholder: p.faint,
      colorTextDescription: p.muted,
      colorBgBase: p.surface,
      colorBgContainer: p.surface,
      colorBgElevated: p.surface,
      colorBgLayout: p.paper,
      colorBorder: mode === 'light' ? '#CFD9DD' : '#34454F',
      colorBorderSecondary: p.line,
      colorSplit: p.line,
      colorErrorText: p.clayText,
      colorSuccessText: p.reedText,
      colorWarningText: p.sandText,
      borderRadius: radius,
      borderRadiusLG: radius,
      borderRadiusSM: 4,
      fontFamily,
      fontSize: type.body,
      controlHeight: coarse ? 44 : 36,
      controlHeightSM: coarse ? 36 : 26,
      boxShadow: p.shadow,
      boxShadowSecondary: p.shadow,
      wireframe: false,
    },
    components: {
      Button: { fontWeight: 500, primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', primaryColor: p.onWater },
      Table: {
        headerBg: p.surface,
        headerColor: p.muted,
        headerSplitColor: 'transparent',
        rowHoverBg: p.sunken,
        cellPaddingBlock: 12,
        cellPaddingInline: 12,
        cellPaddingBlockMD: 10,
        cellPaddingInlineMD: 12,
        borderColor: p.line,
      },
      Tabs: { horizontalItemPadding: '10px 0', titleFontSize: type.body, itemColor: p.muted },
      Tag: { defaultBg: p.sunken, defaultColor: p.ink },
      Tooltip: { colorBgSpotlight: mode === 'light' ? p.ink : '#2A3B45' },
      Form: { labelColor: p.muted, itemMarginBottom: 20, verticalLabelPadding: '0 0 4px' },
      Segmented: { trackBg: p.sunken, itemSelectedBg: p.surface },
      Drawer: { paddingLG: 24 },
    },
  }
}
