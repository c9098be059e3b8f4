/** What a customer may ask for: everything that is held, and to be erased for good. */
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { Alert, Button, Dropdown, Form, Input, Modal, theme, type MenuProps } from 'antd'
import { Download, Ellipsis, Trash2 } from 'lucide-react'
import type { Person } from 'api'
import { useAct } from '@/parts/act'
import { useSession } from '@/shell/session'
import { useCommon } from '@/words/common'
import { rights } from '../erasures/ask'
import { useErasures } from '../erasures/words'

export function Rights({ person, name }: { person: Person; name: string }) {
  const t = useErasures()
  const { can } = useSession()
  const [asking, setAsking] = useState(false)
  const items: MenuProps['items'] = []
  if (can('person.reveal')) items.push({ key: 'everything', icon: <Download size={15} />, label: <a href={rights.everythingUrl(person.id)} download={`${person.id}.json`} data-testid="everything">{t('everything')}</a> })
  if (can('person.erase')) items.push({ key: 'erase', danger: true, icon: <Trash2 size={15} />, label: <span data-testid="erase">{t('erase')}</span> })
  if (items.length === 0) return null
  return (
    <>
      <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => key === 'erase' && setAsking(true) }}>
        <Button icon={<Ellipsis size={16} />} aria-label={t('more')} title={t('more')} data-testid="person-more" />
      </Dropdown>
      <Erase person={person} name={name} open={asking} close={() => setAsking(false)} />
    </>
  )
}

interface Given { reason: string; word: string }

function Erase({ person, name, open, close }: { person: Person; name: string; open: boolean; close: () => void }) {
  const t = useErasures()
  const c = useCommon()
  const go = useNavigate()
  // White on the plain red is too faint to be read.
  const { token } = theme.useToken()
  const [form] = Form.useForm<Given>()
  const erase = useAct((given: Given) => rights.erase(person.id, given.reason.trim()), {
    done: t('gone'),
    refresh: ['persons', 'erasures', 'overview', 'segments', 'orders'],
    then: () => void go('/persons'),
  })
  const word = t('word')
  const list = (title: string, lines: string[]) => (
    <div>
      <strong>{title}</strong>
      <ul style={{ margin: '4px 0 0', paddingInlineStart: 20 }}>{lines.map((line) => <li key={line}>{line}</li>)}</ul>
    </div>
  )
  return (
    <Modal open={open} onCancel={close} title={t('ask_title', { name })} destroyOnHidden cancelText={c('cancel')} okText={t('sure')}
      okButtonProps={{ danger: true, loading: erase.isPending, style: { background: token.colorErrorText }, ...{ 'data-testid': 'erase-sure' } }} onOk={() => form.submit()}>
      <div className="stack">
        <Alert type="warning" showIcon title={t('ask_lead')} />
        {list(t('goes'), [t('goes_1'), t('goes_2'), t('goes_3')])}
        {list(t('stays'), [t('stays_1'), t('stays_2'), t('stays_3')])}
        <Form<Given> form={form} layout="vertical" requiredMark={false} onFinish={(given) => erase.mutate(given)}>
          <Form.Item name="reason" label={t('why')} extra={t('why_hint')} rules={[{ required: true, whitespace: true, message: t('why_needed') }]}>
            <Input maxLength={200} data-testid="erase-reason" />
          </Form.Item>
          <Form.Item name="word" label={t('type', { word })}
            rules={[{ validator: (_, value?: string) => (value?.trim().toLowerCase() === word ? Promise.resolve() : Promise.reject(new Error(t('type_needed', { word })))) }]}>
            <Input autoComplete="off" data-testid="erase-word" />
          </Form.Item>
        </Form>
      </div>
    </Modal>
  )
}
