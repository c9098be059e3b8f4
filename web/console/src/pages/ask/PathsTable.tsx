import { DataTable } from '@/parts/ask/DataTable'
import { useLabels } from '@/parts/ask/labels'
import { PeopleCount } from '@/parts/ask/people'
import type { PathsAnswer, PathsQuestion } from '@/parts/ask/types'
import { useFormat } from '@/parts/format'
import { usePathName } from './path-names'
import { useWords } from './words'

/** A row a stream: from where to where, how many, how long it took them. */
export function PathsTable({ answer, q }: { answer: PathsAnswer; q: PathsQuestion }) {
  const t = useWords()
  const f = useFormat()
  const labels = useLabels()
  const named = usePathName(q.direction)
  const began = answer.nodes.find((node) => node.step === 0)?.persons ?? 0
  const links = [...answer.links].sort((a, b) => a.step - b.step || b.persons - a.persons)
  const forward = q.direction === 'from'
  const at = (step: number, name: string) => answer.nodes.find((node) => node.step === step && node.name === name)?.persons ?? 0
  return (
    <DataTable kind="paths" question={q} texts={3} head={[t('path_step'), t('path_from'), t('path_to'), t('size'), t('path_share'), t('median'), t('path_node')]}
      rows={links.map((link) => {
        const end = { step: link.step + 1, name: link.to }
        const [from, to] = forward ? [link.from, link.to] : [link.to, link.from]
        const what = t('pick_path', { n: end.step, name: named(end.name) })
        return {
          key: `${link.step}|${link.from}|${link.to}`,
          cells: [
            link.step + 1, named(from), named(to), f.count(link.persons), f.share(link.persons, began), labels.length(link.median_ms),
            <PeopleCount key="n" n={at(end.step, end.name)} pick={end} what={what} testid="path-node" />,
          ],
        }
      })} />
  )
}
