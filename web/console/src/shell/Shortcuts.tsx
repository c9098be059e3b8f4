import { Fragment } from 'react'
import { Modal } from 'antd'
import { places } from './nav'
import { useShell } from './words'
import css from './Shortcuts.module.css'

export function Shortcuts({ open, close }: { open: boolean; close: () => void }) {
  const t = useShell()
  const groups = [
    { name: t('sc_anywhere'), keys: [['⌘ K / Ctrl K', t('sc_palette')], ['?', t('sc_help')], ['Esc', t('sc_close')]] },
    { name: t('sc_lists'), keys: [['/', t('sc_search')], ['j / k', t('sc_move')], ['Enter', t('sc_open')]] },
    {
      name: `${t('sc_goto')} · ${t('sc_go')}`,
      keys: places.filter((place) => place.go).map((place) => [`g ${place.go}`, t(place.word)]),
    },
  ]
  return (
    <Modal open={open} onCancel={close} footer={null} title={t('shortcuts')} width={560}>
      <div className={css.groups}>
        {groups.map((group) => (
          <section key={group.name}>
            <h2>{group.name}</h2>
            <dl className={css.keys}>
              {group.keys.map(([key, meaning]) => (
                <Fragment key={key}>
                  <dt><kbd className={css.kbd}>{key}</kbd></dt>
                  <dd>{meaning}</dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  )
}
