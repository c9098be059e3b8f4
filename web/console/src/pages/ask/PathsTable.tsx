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
  const named = usePathName()
  const began = answer.nodes.find((node) => node.step === 0)?.persons ?? 0
  const links = [...answer.links].sort((a, b) => a.step - b.step || b.persons - a.persons)
  // The people of a stream's far end: away from the anchor.
  const far = (link: PathsAnswer['links'][number]) => ({ step: link.step + 1, name: q.direction === 'from' ? link.to : link.from })
  const at = (step: number, name: string) => answer.nodes.find((node) => node.step === step && node.name === name)?.persons ?? 0
  return (
    <DataTable kind="paths" question={q} texts={3} head={[t('path_step'), t('path_from'), t('path_to'), t('size'), t('path_share'), t('median'), t('path_node')]}
      rows={links.map((link) => {
        const end = far(link)
        const what = t('pick_path', { n: end.step, name: named(end.name) })
        return {
          key: `${link.step}|${link.from}|${link.to}`,
          cells: [
            link.step + 1, named(link.from), named(link.to), f.count(link.persons), f.share(link.persons, began), labels.length(link.median_ms),
            <PeopleCount key="n" n={at(end.step, end.name)} pick={end} what={what} testid="path-node" />,
          ],
        }
      })} />
  )
}
