/** Draws posters: on a canvas for the screen and for PNG, and as PDF with the code as vectors. */
import { DPI, layout, lines, modules, path, perMm, pixels, type Box, type Design, type Layout, type Modules } from './layout'

export interface Subject { id: string; name: string; caption: string; code: Modules }

const FONT = '"PingFang SC", "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", system-ui, sans-serif'

/** The code of a touchpoint as modules, from the picture that the server draws. */
export async function codeOf(url: string): Promise<Modules> {
  const answer = await fetch(url, { credentials: 'same-origin' })
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`)
  return modules(await answer.text())
}

function surface(width: number, height: number) {
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width)
  canvas.height = Math.round(height)
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('this browser cannot draw')
  return { canvas, pen }
}

function say(pen: CanvasRenderingContext2D, box: Box & { size: number }, scale: number, text: string, weight: number, most: number, colour: string) {
  if (!text.trim()) return
  const size = box.size * scale
  pen.font = `${weight} ${size}px ${FONT}`
  pen.fillStyle = colour
  pen.textAlign = 'center'
  pen.textBaseline = 'alphabetic'
  const shown = lines(text, box.width * scale, most, (line) => pen.measureText(line).width)
  shown.forEach((line, n) => pen.fillText(line, (box.x + box.width / 2) * scale, box.y * scale + size * (1 + n * 1.3)))
}

/** Background, words and the white plate; everything but the code and its caption. */
function ground(pen: CanvasRenderingContext2D, design: Design, at: Layout, scale: number, picture: ImageBitmap | null) {
  const [width, height] = [at.page.width * scale, at.page.height * scale]
  pen.fillStyle = design.background
  pen.fillRect(0, 0, Math.ceil(width), Math.ceil(height))
  if (picture) {
    const cover = Math.max(width / picture.width, height / picture.height)
    pen.imageSmoothingQuality = 'high'
    pen.drawImage(picture, (width - picture.width * cover) / 2, (height - picture.height * cover) / 2, picture.width * cover, picture.height * cover)
  }
  say(pen, at.title, scale, design.title, 700, 2, design.ink)
  say(pen, at.text, scale, design.text, 400, 3, design.ink)
  pen.fillStyle = '#ffffff'
  pen.beginPath()
  pen.roundRect(at.plate.x * scale, at.plate.y * scale, at.plate.width * scale, at.plate.height * scale, at.code.width * 0.03 * scale)
  pen.fill()
}

const caption = (pen: CanvasRenderingContext2D, design: Design, at: Layout, scale: number, text: string) => {
  if (design.caption) say(pen, at.caption, scale, text, 500, 1, '#14212B')
}

/** The whole poster at so many dots an inch. */
export function draw(design: Design, subject: Subject, picture: ImageBitmap | null, dpi = DPI): HTMLCanvasElement {
  const [at, scale] = [layout(design), perMm(dpi)]
  const { canvas, pen } = surface(at.page.width * scale, at.page.height * scale)
  ground(pen, design, at, scale, picture)
  caption(pen, design, at, scale, subject.caption)
  pen.fillStyle = '#000000'
  for (const run of pixels(subject.code, at.code, scale)) pen.fillRect(run.x, run.y, run.width, run.height)
  return canvas
}

/** What a scanner reads in the finished picture, or null. */
export async function readBack(canvas: HTMLCanvasElement): Promise<string | null> {
  const { default: jsQR } = await import('jsqr')
  // Half a print page is what a phone's camera sees of it.
  const half = surface(canvas.width / 2, canvas.height / 2)
  half.pen.drawImage(canvas, 0, 0, half.canvas.width, half.canvas.height)
  const { data, width, height } = half.pen.getImageData(0, 0, half.canvas.width, half.canvas.height)
  return jsQR(data, width, height)?.data ?? null
}

const blob = (canvas: HTMLCanvasElement, type: string, quality?: number) =>
  new Promise<Blob>((done, fail) => canvas.toBlob((made) => (made ? done(made) : fail(new Error('the picture is too large'))), type, quality))

/** A PNG that says it is 300 dpi, so that programs print it at its size. */
export async function png(canvas: HTMLCanvasElement): Promise<Blob> {
  const bytes = new Uint8Array(await (await blob(canvas, 'image/png')).arrayBuffer())
  return new Blob([withDensity(bytes, Math.round(DPI / 0.0254))], { type: 'image/png' })
}

/** Puts a `pHYs` chunk (pixels a metre) behind the head of a PNG. */
export function withDensity(bytes: Uint8Array, perMetre: number): Uint8Array<ArrayBuffer> {
  const chunk = new Uint8Array(21)
  const view = new DataView(chunk.buffer)
  view.setUint32(0, 9)
  chunk.set([0x70, 0x48, 0x59, 0x73], 4)
  view.setUint32(8, perMetre)
  view.setUint32(12, perMetre)
  chunk[16] = 1
  view.setUint32(17, crc(chunk.subarray(4, 17)))
  const out = new Uint8Array(bytes.length + 21)
  out.set(bytes.subarray(0, 33))
  out.set(chunk, 33)
  out.set(bytes.subarray(33), 54)
  return out
}

function crc(bytes: Uint8Array): number {
  let sum = 0xffffffff
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1
  }
  return (sum ^ 0xffffffff) >>> 0
}

/** One page a touchpoint. The ground is one shared picture, the code is drawn as vectors. */
export async function pdf(design: Design, subjects: Subject[], picture: ImageBitmap | null, step: (done: number) => void): Promise<Blob> {
  const { PDFDocument, rgb } = await import('pdf-lib')
  const [at, scale] = [layout(design), perMm(DPI)]
  const points = (mm: number) => (mm * 72) / 25.4
  const document = await PDFDocument.create()
  const base = surface(at.page.width * scale, at.page.height * scale)
  ground(base.pen, design, at, scale, picture)
  const shared = picture
    ? await document.embedJpg(await (await blob(base.canvas, 'image/jpeg', 0.92)).arrayBuffer())
    : await document.embedPng(await (await blob(base.canvas, 'image/png')).arrayBuffer())
  const size: [number, number] = [points(at.page.width), points(at.page.height)]
  for (const [n, subject] of subjects.entries()) {
    const page = document.addPage(size)
    page.drawImage(shared, { x: 0, y: 0, width: size[0], height: size[1] })
    const unit = at.code.width / subject.code.side
    page.drawSvgPath(path(subject.code), { x: points(at.code.x), y: size[1] - points(at.code.y), scale: points(unit), color: rgb(0, 0, 0), borderWidth: 0 })
    if (design.caption) {
      const box = at.caption
      const label = surface(box.width * scale, box.height * scale)
      caption(label.pen, design, { ...at, caption: { ...box, x: 0, y: 0 } }, scale, subject.caption)
      const image = await document.embedPng(await (await blob(label.canvas, 'image/png')).arrayBuffer())
      page.drawImage(image, { x: points(box.x), y: size[1] - points(box.y + box.height), width: points(box.width), height: points(box.height) })
    }
    step(n + 1)
  }
  document.setTitle(design.title || subjects[0]?.name || 'Weir')
  return new Blob([new Uint8Array(await document.save())], { type: 'application/pdf' })
}
