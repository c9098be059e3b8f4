/** Posters with the code in them: one design, for one touchpoint or for all that were asked for. */
import { useEffect, useMemo, useRef, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import { App, Button, ColorPicker, Form, Input, Segmented, Slider, Switch } from 'antd'
import { CircleAlert, CircleCheck, FileDown, ImageDown, ImagePlus, X } from 'lucide-react'
import { useFailure } from '@/parts/act'
import { useExplain, Empty, PageFailed, PageLoading } from '@/parts/state'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { touchpoints, type Row } from '../../touchpoint/server'
import { codeOf, draw, pdf, png, readBack, type Subject } from './draw'
import { FORMATS, type Design, type Format, type Place } from './layout'
import { usePosters } from './words'
import css from './posters.module.css'

const MOST = 1000

async function chosen(search: URLSearchParams): Promise<Row[]> {
  const ids = search.get('ids')?.split(',').filter(Boolean)
  const query = { q: search.get('q') ?? undefined, kind: search.get('kind') ?? undefined, store: search.get('store') ?? undefined }
  const rows: Row[] = []
  let cursor: string | undefined
  do {
    const page = await touchpoints.table({ ...query, limit: 200, cursor })
    rows.push(...page.items.filter((row) => !ids || ids.includes(row.id)))
    cursor = page.next ?? undefined
  } while (cursor && rows.length < (ids?.length ?? MOST))
  return rows.slice(0, MOST)
}

export default function Posters() {
  const t = usePosters()
  const [search] = useSearchParams()
  const rows = useQuery({ queryKey: ['touchpoints', 'posters', search.toString()], queryFn: () => chosen(search) })
  if (rows.isError) return <PageFailed error={rows.error} retry={() => void rows.refetch()} />
  if (!rows.data) return <PageLoading />
  if (rows.data.length === 0) return <Page title={t('title')} back={{ to: '/touchpoints', label: t('back') }}><Card><Empty title={t('none')} hint={t('none_hint')} /></Card></Page>
  return <Composer rows={rows.data} />
}

const label = (row: Row) => [row.store?.name, row.name].filter(Boolean).join(' · ')

function save(name: string, made: Blob) {
  const url = URL.createObjectURL(made)
  Object.assign(document.createElement('a'), { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

function Composer({ rows }: { rows: Row[] }) {
  const t = usePosters()
  const f = useFormat()
  const explain = useExplain()
  const failed = useFailure(t('failed'))
  const { message } = App.useApp()
  const [design, setDesign] = useState<Design>(() => ({
    format: 'a4', background: '#0E7C86', ink: '#FFFFFF', title: t('heading_default'), text: t('text_default'), place: 'bottom', size: 0.5, caption: true,
  }))
  const [picture, setPicture] = useState<ImageBitmap | null>(null)
  const [at, setAt] = useState<number | null>(null)
  const first = rows[0]
  const code = useQuery({ queryKey: ['touchpoint', first?.id, 'modules'], queryFn: () => codeOf(touchpoints.qrUrl(first?.id ?? '', 'svg')), staleTime: Infinity })
  const subject = useMemo<Subject | null>(() => (first && code.data ? { id: first.id, name: first.name, caption: label(first), code: code.data } : null), [first, code.data])
  if (code.isError) return <PageFailed error={code.error} retry={() => void code.refetch()} />

  async function make(work: () => Promise<void>) {
    setAt(0)
    try {
      await work()
      void message.success(t('made'))
    } catch (error) {
      void failed(() => explain(error))
    }
    setAt(null)
  }
  const asPng = () => make(async () => {
    if (subject) save(`${first?.code}.png`, await png(draw(design, subject, picture)))
  })
  const asPdf = () => make(async () => {
    const subjects: Subject[] = []
    for (const row of rows) {
      subjects.push({ id: row.id, name: row.name, caption: label(row), code: await codeOf(touchpoints.qrUrl(row.id, 'svg')) })
      setAt(subjects.length)
    }
    save(rows.length === 1 ? `${first?.code}.pdf` : 'posters.pdf', await pdf(design, subjects, picture, setAt))
  })
  const busy = at !== null
  const actions = (
    <>
      {busy && rows.length > 1 && <span className="muted" role="status">{t('making', { done: f.count(at), n: f.count(rows.length) })}</span>}
      <Button icon={<ImageDown size={15} />} disabled={!subject || busy} onClick={() => void asPng()} data-testid="poster-png">{t('png')}</Button>
      <Button type="primary" icon={<FileDown size={15} />} disabled={!subject} loading={busy} onClick={() => void asPdf()} data-testid="poster-pdf">
        {rows.length > 1 ? t('pdf_many', { n: f.count(rows.length) }) : t('pdf')}
      </Button>
    </>
  )
  const note = [t('note'), rows.length > 1 && t('n_posters', { n: f.count(rows.length) }), rows.length === MOST && t('too_many')].filter(Boolean).join(' ')
  return (
    <Page title={t('title')} note={note} back={rows.length === 1 && first ? { to: `/touchpoints/${first.id}`, label: first.name } : { to: '/touchpoints', label: t('back') }} actions={actions}>
      <div className="side">
        <Card title={rows.length > 1 && first ? t('first_of', { name: label(first) }) : first?.name}>
          {subject ? <Preview design={design} subject={subject} picture={picture} /> : <PageLoading />}
        </Card>
        <Controls design={design} set={(change) => setDesign({ ...design, ...change })} picture={picture} setPicture={setPicture} />
      </div>
    </Page>
  )
}

/** What will be printed, smaller; and whether a scanner can read it at print size. */
function Preview({ design, subject, picture }: { design: Design; subject: Subject; picture: ImageBitmap | null }) {
  const t = usePosters()
  const box = useRef<HTMLCanvasElement>(null)
  const [read, setRead] = useState<string | null | undefined>(undefined)
  useEffect(() => {
    const made = draw(design, subject, picture, 110)
    const canvas = box.current
    if (!canvas) return
    canvas.width = made.width
    canvas.height = made.height
    canvas.getContext('2d')?.drawImage(made, 0, 0)
  }, [design, subject, picture])
  useEffect(() => {
    setRead(undefined)
    let stale = false
    const timer = setTimeout(() => void readBack(draw(design, subject, picture)).then((text) => !stale && setRead(text), () => !stale && setRead(null)), 400)
    return () => {
      stale = true
      clearTimeout(timer)
    }
  }, [design, subject, picture])
  return (
    <div className={css.stage}>
      <canvas ref={box} role="img" aria-label={t('title')} data-testid="poster" />
      <p className={`${css.check} small`} role="status" data-testid="poster-check" data-read={read ?? ''}>
        {read === undefined ? <span className="muted">{t('checking')}</span> : read ? <><CircleCheck size={15} aria-hidden />{t('readable')}</> : <><CircleAlert size={15} aria-hidden />{t('unreadable')}</>}
      </p>
    </div>
  )
}

interface ControlsProps { design: Design; set: (change: Partial<Design>) => void; picture: ImageBitmap | null; setPicture: (picture: ImageBitmap | null) => void }

function Controls({ design, set, picture, setPicture }: ControlsProps) {
  const t = usePosters()
  const { message } = App.useApp()
  const input = useRef<HTMLInputElement>(null)
  const take = (file: File | undefined) => file && void createImageBitmap(file).then(setPicture, () => message.error(t('picture_wrong')))
  return (
    <Card>
      <Form layout="vertical" component="div">
        <Form.Item label={t('format')}>
          <Segmented block value={design.format} options={(Object.keys(FORMATS) as Format[]).map((value) => ({ value, label: t(value) }))} onChange={(format) => set({ format })} />
        </Form.Item>
        <Form.Item label={t('heading')}><Input.TextArea autoSize={{ minRows: 1, maxRows: 2 }} maxLength={40} value={design.title} onChange={(event) => set({ title: event.target.value })} data-testid="poster-title" /></Form.Item>
        <Form.Item label={t('text')}><Input.TextArea autoSize={{ minRows: 2, maxRows: 4 }} maxLength={120} value={design.text} onChange={(event) => set({ text: event.target.value })} /></Form.Item>
        <div className={css.colours}>
          <Form.Item label={t('colour')}><ColorPicker disabledAlpha value={design.background} onChange={(colour) => set({ background: colour.toHexString() })} /></Form.Item>
          <Form.Item label={t('ink')}><ColorPicker disabledAlpha value={design.ink} onChange={(colour) => set({ ink: colour.toHexString() })} /></Form.Item>
          <Form.Item label={t('picture')}>
            {picture ? <Button icon={<X size={15} />} onClick={() => setPicture(null)}>{t('picture_drop')}</Button> : <Button icon={<ImagePlus size={15} />} onClick={() => input.current?.click()}>{t('picture_pick')}</Button>}
            <input ref={input} type="file" accept="image/*" style={{ display: 'none' }} data-testid="poster-picture" onChange={(event) => { take(event.target.files?.[0]); event.target.value = '' }} />
          </Form.Item>
        </div>
        <Form.Item label={t('place')}>
          <Segmented block value={design.place} options={(['top', 'middle', 'bottom'] as Place[]).map((value) => ({ value, label: t(value) }))} onChange={(place) => set({ place })} />
        </Form.Item>
        <Form.Item label={t('size')}><Slider min={0.2} max={0.8} step={0.05} value={design.size} onChange={(size) => set({ size })} tooltip={{ formatter: (value) => `${Math.round((value ?? 0) * 100)}%` }} /></Form.Item>
        <Form.Item label={t('caption')} layout="horizontal" style={{ marginBottom: 0 }}><Switch checked={design.caption} onChange={(caption) => set({ caption })} aria-label={t('caption')} /></Form.Item>
      </Form>
    </Card>
  )
}
