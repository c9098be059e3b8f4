/** One ECharts theme: quiet axes, our stage colours, figures in the same type as the page. */
import { stageColour, stages } from './stages'
import { fontFamily, palettes, type, type Mode } from './tokens'

export function echartsTheme(mode: Mode) {
  const p = palettes[mode]
  const axis = {
    axisLine: { lineStyle: { color: p.line } },
    axisTick: { show: false },
    axisLabel: { color: p.muted, fontSize: type.small },
    splitLine: { lineStyle: { color: p.line } },
  }
  return {
    color: [p.water, p.sand, p.reed, p.clay, ...stages.map((stage) => stageColour(stage, mode))],
    backgroundColor: 'transparent',
    textStyle: { fontFamily, color: p.ink, fontSize: type.small },
    animationDuration: 300,
    categoryAxis: { ...axis, splitLine: { show: false } },
    valueAxis: { ...axis, axisLine: { show: false } },
    legend: {
      textStyle: { color: p.muted, fontSize: type.small },
      inactiveColor: p.line,
      itemWidth: 12,
      itemHeight: 8,
      icon: 'roundRect',
    },
    tooltip: {
      backgroundColor: p.surface,
      borderColor: p.line,
      textStyle: { color: p.ink, fontSize: type.small },
      extraCssText: `box-shadow: ${p.shadow}; border-radius: 6px; font-variant-numeric: tabular-nums;`,
      axisPointer: { lineStyle: { color: p.faint }, shadowStyle: { color: p.sunken } },
    },
    line: { symbol: 'none', smooth: false, lineStyle: { width: 2 } },
    bar: { itemStyle: { borderRadius: [2, 2, 0, 0] }, barMaxWidth: 24 },
  }
}
