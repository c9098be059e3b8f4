/** When a page throws: say so, keep the frame usable. A page bundle that is gone means that a newer version was deployed. */
import { Component, type ReactNode } from 'react'
import { Button } from 'antd'
import { useShell } from './words'

export class Crash extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state = { error: null as Error | null }
  static getDerivedStateFromError(error: Error) {
    return { error }
  }
  override render() {
    return this.state.error ? <Crashed error={this.state.error} /> : this.props.children
  }
}

function Crashed({ error }: { error: Error }) {
  const t = useShell()
  const outdated = /dynamically imported module|Importing a module|Failed to fetch/.test(error.message)
  return (
    <div role="alert" style={{ maxWidth: 560, margin: '96px auto', padding: 24 }} className="stack">
      <h1>{t('crashed')}</h1>
      <p className="muted">{outdated ? t('new_version') : t('crashed_hint')}</p>
      {!outdated && <p className="mono">{error.message}</p>}
      <div><Button type="primary" onClick={() => window.location.reload()}>{t('reload')}</Button></div>
    </div>
  )
}
