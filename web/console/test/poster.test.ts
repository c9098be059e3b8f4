import jsQR from 'jsqr'
import { describe, expect, it } from 'vitest'
import { DPI, FORMATS, layout, lines, modules, path, perMm, pixels, type Design, type Format } from '../src/pages/touchpoints/posters/layout'
import { withDensity } from '../src/pages/touchpoints/posters/draw'

/** What the server draws for https://shop.example/c/0123456789abcdefX (version 3, level M). */
import svg from './code.svg?raw'

const link = 'https://shop.example/c/0123456789abcdefX'
const design = (format: Format, change: Partial<Design> = {}): Design => ({
  format, background: '#0E7C86', ink: '#FFFFFF', title: '扫码添加专属顾问', text: '到店礼', place: 'bottom', size: 0.5, caption: true, ...change,
})

function read(of: Design, dpi = DPI) {
  const at = layout(of)
  const scale = perMm(dpi)
  const [width, height] = [Math.round(at.page.width * scale), Math.round(at.page.height * scale)]
  const data = new Uint8ClampedArray(width * height * 4).fill(255)
  for (const box of pixels(modules(svg), at.code, scale)) {
    for (let y = box.y; y < box.y + box.height; y++) {
      for (let x = box.x; x < box.x + box.width; x++) data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3)
    }
  }
  return jsQR(data, width, height)?.data
}

describe('posters', () => {
  it('can be scanned in every format, at the smallest code and at the size of a screen', () => {
    for (const format of Object.keys(FORMATS) as Format[]) {
      expect(read(design(format, { size: 0.2 }), 150), format).toBe(link)
      expect(read(design(format, { size: 0.5, place: 'middle' }), 110), format).toBe(link)
    }
    expect(read(design('square', { size: 0.8 }))).toBe(link)
  })

  it('keep everything on the page and words away from the code', () => {
    for (const format of Object.keys(FORMATS) as Format[]) {
      for (const place of ['top', 'middle', 'bottom'] as const) {
        for (const size of [0.2, 0.5, 0.8]) {
          const { page, plate, title, text, code } = layout(design(format, { place, size }))
          for (const box of [plate, title, text]) {
            expect(box.x).toBeGreaterThanOrEqual(0)
            expect(box.y).toBeGreaterThanOrEqual(0)
            expect(box.y + box.height).toBeLessThanOrEqual(page.height + 1e-9)
          }
          for (const words of [title, text]) expect(words.y + words.height <= plate.y + 1e-9 || words.y >= plate.y + plate.height - 1e-9, `${format} ${place} ${size}`).toBe(true)
          expect(code.width).toBeGreaterThan(15)
        }
      }
    }
  })

  it('draws the same modules as pixels and as a path, and keeps the quiet zone of four', () => {
    const code = modules(svg)
    const boxes = pixels(code, { x: 0, y: 0, width: code.side, height: code.side }, 3)
    const dark = code.runs.reduce((sum, run) => sum + run.length, 0)
    expect(boxes.reduce((sum, box) => sum + (box.width * box.height) / 9, 0)).toBe(dark)
    expect(path(code).match(/M/g)).toHaveLength(code.runs.length)
    expect(Math.min(...code.runs.map((run) => run.x))).toBe(4)
    expect(() => modules('<svg/>')).toThrow()
  })

  it('breaks Chinese anywhere and Latin between words, and says when it cut', () => {
    const measure = (text: string) => text.length
    expect(lines('扫码添加专属顾问', 4, 3, measure)).toEqual(['扫码添加', '专属顾问'])
    expect(lines('scan to meet your guide', 10, 3, measure)).toEqual(['scan to', 'meet your', 'guide'])
    expect(lines('一二三四五六七八九', 3, 2, measure)).toEqual(['一二三', '四五…'])
  })

  it('says how many dots an inch a picture has', () => {
    const head = Uint8Array.from(Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==', 'base64'))
    const out = withDensity(head, 11811)
    expect(Buffer.from(out.subarray(33, 54)).toString('hex')).toBe('000000097048597300002e2300002e230178a53f76')
    expect(out.length).toBe(head.length + 21)
  })
})
