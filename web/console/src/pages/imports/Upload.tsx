/** Say what it is, then drop the file. */
import { useRef, useState, type DragEvent } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { App, Radio, Spin } from 'antd'
import { FileUp } from 'lucide-react'
import type { ImportKind } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { Card } from '@/parts/Page'
import { useImports } from './words'
import css from './imports.module.css'

const KINDS: ImportKind[] = ['persons', 'orders', 'products', 'stores', 'touchpoints']
const MOST = 200 * 1024 * 1024

export function Upload() {
  const t = useImports()
  const navigate = useNavigate()
  const asked = useSearchParams()[0].get('kind')
  const { message } = App.useApp()
  const [kind, setKind] = useState<ImportKind>(() => KINDS.find((each) => each === asked) ?? 'persons')
  const [over, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const upload = useAct((file: File) => api.imports.upload(kind, file.name, file), {
    done: null,
    refresh: ['imports'],
    then: (made) => void navigate(`/imports/${made.id}`),
  })
  function take(file: File | undefined) {
    if (!file) return
    if (!/\.(csv|txt|tsv)$/i.test(file.name)) return void message.error(t('not_csv'))
    if (file.size > MOST) return void message.error(t('too_big'))
    upload.mutate(file)
  }
  function drop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    take(event.dataTransfer.files[0])
  }
  return (
    <Card title={t('kind')}>
      <Radio.Group value={kind} onChange={(event) => setKind(event.target.value as ImportKind)} className={css.kinds}>
        {KINDS.map((each) => (
          <Radio key={each} value={each} data-testid={`import-kind-${each}`}>
            {t(`kind_${each}`)}<span className={css.kindNote}>{t(`kind_${each}_note`)}</span>
          </Radio>
        ))}
      </Radio.Group>
      <button type="button" className={css.drop} data-over={over || undefined} onClick={() => input.current?.click()} disabled={upload.isPending}
        onDragOver={(event) => { event.preventDefault(); setOver(true) }} onDragLeave={() => setOver(false)} onDrop={drop}>
        {upload.isPending ? <><Spin /><span role="status">{t('uploading', { name: upload.variables?.name ?? '' })}</span></> : (
          <>
            <FileUp size={24} aria-hidden />
            <span className="strong">{t('drop')}</span>
            <span className="muted small">{t('drop_hint')}</span>
          </>
        )}
      </button>
      <input ref={input} type="file" accept=".csv,.txt,.tsv,text/csv" hidden data-testid="import-file"
        onChange={(event) => {
          take(event.target.files?.[0])
          event.target.value = ''
        }} />
    </Card>
  )
}
