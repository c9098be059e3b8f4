/** Where everything lies on a poster, in millimetres; and the code as runs of dark modules. Nothing here draws. */
export const FORMATS = {
  a4: { width: 210, height: 297 },
  a5: { width: 148, height: 210 },
  square: { width: 100, height: 100 },
  /** 1080 × 1920 pixels at 300 dpi. */
  phone: { width: 91.44, height: 162.56 },
} as const
export type Format = keyof typeof FORMATS
export type Place = 'top' | 'middle' | 'bottom'

export interface Design {
  format: Format
  background: string
  ink: string
  title: string
  text: string
  place: Place
  /** The code's side as a share of the page's shorter side. */
  size: number
  /** Says under the code whose it is. */
  caption: boolean
}

export interface Box { x: number; y: number; width: number; height: number }
export interface Layout {
  page: { width: number; height: number }
  title: Box & { size: number }
  text: Box & { size: number }
  /** White behind the code, with the quiet zone and the caption. */
  plate: Box
  code: Box
  caption: Box & { size: number }
}

export const DPI = 300
export const perMm = (dpi: number) => dpi / 25.4

export function layout(design: Design): Layout {
  const page = FORMATS[design.format]
  const short = Math.min(page.width, page.height)
  const margin = short * 0.08
  const inner = page.width - 2 * margin
  const pad = short * 0.025
  const captionSize = short * 0.036
  const room = design.caption ? captionSize * 2 : 0
  const titleSize = short * 0.085
  const textSize = short * 0.042
  const high = (text: string, size: number, most: number) => (text.trim() ? size * (0.5 + 1.3 * lines(text, inner, most, (line) => breadth(line) * size).length) : 0)
  const titleHeight = high(design.title, titleSize, 2)
  const textHeight = high(design.text, textSize, 3)
  // The code gives way to the words, never the other way round.
  const side = Math.min(short * design.size, page.height - 2 * margin - titleHeight - textHeight - room - 3 * pad)
  const plate = { width: side + 2 * pad, height: side + 2 * pad + room }
  const words = titleHeight + textHeight
  const top = design.place === 'top' ? margin
    : design.place === 'middle' ? margin + titleHeight + (page.height - 2 * margin - words - plate.height) / 2
    : page.height - margin - plate.height
  const titleY = design.place === 'top' ? margin + plate.height + pad : margin
  const textY = design.place === 'middle' ? top + plate.height + pad : titleY + titleHeight
  const x = (page.width - plate.width) / 2
  const code = { x: x + pad, y: top + pad, width: side, height: side }
  return {
    page,
    title: { x: margin, y: titleY, width: inner, height: titleHeight, size: titleSize },
    text: { x: margin, y: textY, width: inner, height: textHeight, size: textSize },
    plate: { x, y: top, ...plate },
    code,
    caption: { x: x + pad, y: code.y + side, width: side, height: room, size: captionSize },
  }
}

/** About how broad a text is, in letter heights: Chinese is square; rather too broad than too narrow. */
const breadth = (text: string) => [...text].reduce((sum, letter) => sum + (letter >= '\u2e80' ? 1 : 0.62), 0)

/** Dark runs of a code, in modules, the quiet zone included in `side`. */
export interface Modules { side: number; runs: { x: number; y: number; length: number }[] }

/** Reads the picture that the server draws: `M x y h run v1 h-run z` for every run. */
export function modules(svg: string): Modules {
  const side = Number(/viewBox="0 0 (\d+) \d+"/.exec(svg)?.[1] ?? 0)
  const runs = [...svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)].map((found) => ({ x: Number(found[1]), y: Number(found[2]), length: Number(found[3]) }))
  if (!side || runs.length === 0) throw new Error('the picture of the code cannot be read')
  return { side, runs }
}

/** The runs as whole pixels inside a square: modules are whole pixels, what is left over is margin. */
export function pixels(code: Modules, box: Box, scale: number): Box[] {
  const size = Math.floor((box.width * scale) / code.side)
  const spare = box.width * scale - size * code.side
  const [left, top] = [Math.round(box.x * scale + spare / 2), Math.round(box.y * scale + spare / 2)]
  return code.runs.map((run) => ({ x: left + run.x * size, y: top + run.y * size, width: run.length * size, height: size }))
}

/** One vector path of all modules, one unit a module. */
export const path = (code: Modules) => code.runs.map((run) => `M${run.x} ${run.y}h${run.length}v1h-${run.length}z`).join('')

/** Words on at most `most` lines that fit; Chinese breaks anywhere, Latin between words. */
export function lines(text: string, width: number, most: number, measure: (text: string) => number): string[] {
  const out: string[] = []
  for (const paragraph of text.split('\n')) {
    let line = ''
    for (const piece of paragraph.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+|\s+/g) ?? ['']) {
      if (line && measure(line + piece) > width) {
        out.push(line.trimEnd())
        line = piece.trimStart()
      } else line += piece
    }
    out.push(line.trimEnd())
  }
  if (out.length <= most) return out
  const kept = out.slice(0, most)
  let last = kept[most - 1] ?? ''
  while (last && measure(`${last}…`) > width) last = last.slice(0, -1)
  kept[most - 1] = `${last}…`
  return kept
}
