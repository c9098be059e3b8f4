import { useQuery } from '@tanstack/react-query'
import { Check } from 'lucide-react'
import { api } from '@/server'
import { Card } from '@/parts/Page'
import { Shown } from '@/parts/state'
import { allows } from '@/shell/session'
import { useShell } from '@/shell/words'
import { useCommon } from '@/words/common'
import { useStaff, type StaffWord } from './words'

/** What each role may do, as the server has it. */
export function Roles() {
  const t = useStaff()
  const s = useShell()
  const c = useCommon()
  const roles = useQuery({ queryKey: ['roles'], queryFn: api.staff.roles, staleTime: Infinity })
  const say = (code: string) => {
    const word = `may_${code.replace('.', '_')}`
    const said = t(word as StaffWord)
    return said === word ? code : said
  }
  return (
    <Card title={t('roles')} note={t('roles_note')}>
      <Shown of={roles} what={t('roles')} rows={8}>
        {({ items }) => (
          <div className="scroll-x" tabIndex={0}>
            <table className="plain-table" data-testid="roles">
              <thead>
                <tr><th scope="col">{t('permission')}</th>{items.map(({ role }) => <th key={role} scope="col" style={{ textAlign: 'center' }}>{s(`role_${role}`)}</th>)}</tr>
              </thead>
              <tbody>
                {[...new Set(items.flatMap(({ may }) => may))].map((code) => (
                  <tr key={code}>
                    <td title={code}>{say(code)}</td>
                    {items.map(({ role, may }) => (
                      <td key={role} style={{ textAlign: 'center' }}>
                        {allows(may, code) ? <Check size={16} className="good" aria-label={c('yes')} /> : <span className="faint" aria-label={c('no')}>·</span>}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Shown>
    </Card>
  )
}
