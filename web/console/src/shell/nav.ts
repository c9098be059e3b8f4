/** Every place in the console, in the order of the loop. One list feeds the navigation, the palette and the shortcuts. */
import {
  ArrowLeftRight, UsersRound,
  Grid3x3, ListChecks, Tags, Waves,
  Boxes, Droplets, FileUp, HandCoins, House, KeyRound, MapPin, Megaphone, ReceiptText, ScrollText, Settings2, Store, Users, UserCog, UserX,
  ListTree, ShieldAlert,
  BookOpenCheck, ChartNoAxesCombined, HeartPulse, Target,
} from 'lucide-react'
import type { LucideIcon } from 'lucide-react'
import type { ShellWord } from './words'

export interface Place {
  path: string
  word: ShellWord
  icon: LucideIcon
  /** The letter after g. */
  go?: string
  /** The permission without which the page has nothing to show. */
  need?: string
}
export interface Section { word: ShellWord | null; places: Place[] }

export const sections: Section[] = [
  { word: null, places: [{ path: '/', word: 'home', icon: House, go: 'h', need: 'measure.read' }] },
  {
    word: 'pool',
    places: [
      { path: '/persons', word: 'persons', icon: Users, go: 'p' },
      { path: '/pools', word: 'pools', icon: Droplets, need: 'measure.read' },
      { path: '/duplicates', word: 'duplicates', icon: UsersRound, need: 'person.write' },
      { path: '/segments', word: 'segments', icon: Target, go: 'r', need: 'measure.read' },
      { path: '/tags', word: 'tags', icon: Tags, need: 'measure.read' },
      { path: '/attributes', word: 'attributes', icon: ListChecks, need: 'measure.read' },
      { path: '/stages', word: 'stages', icon: Waves, go: 'y', need: 'measure.read' },
      { path: '/rfm', word: 'rfm', icon: Grid3x3, go: 'f', need: 'measure.read' },
      { path: '/touchpoints', word: 'touchpoints', icon: MapPin, go: 't' },
      { path: '/ask', word: 'ask', icon: ChartNoAxesCombined, go: 'q', need: 'measure.read' },
      { path: '/campaigns', word: 'campaigns', icon: Megaphone, go: 'c', need: 'measure.read' },
    ],
  },
  {
    word: 'trade',
    places: [
      { path: '/orders', word: 'orders', icon: ReceiptText, go: 'o' },
      { path: '/products', word: 'products', icon: Boxes, go: 'g' },
      { path: '/promoters', word: 'promoters', icon: HandCoins, go: 'm', need: 'ledger.read' },
      { path: '/ledger', word: 'ledger', icon: BookOpenCheck, go: 'l', need: 'ledger.read' },
    ],
  },
  {
    word: 'intake',
    places: [
      { path: '/events', word: 'events', icon: ListTree, go: 'e', need: 'measure.read' },
      { path: '/quarantine', word: 'quarantine', icon: ShieldAlert, need: 'import.run' },
    ],
  },
  {
    word: 'keep',
    places: [
      { path: '/imports', word: 'imports', icon: FileUp, go: 'i', need: 'import.run' },
      { path: '/sync', word: 'sync', icon: ArrowLeftRight, need: 'import.run' },
      { path: '/stores', word: 'stores', icon: Store },
      { path: '/staff', word: 'staff', icon: UserCog, need: 'staff.write' },
      { path: '/keys', word: 'keys', icon: KeyRound, need: 'key.write' },
      { path: '/audit', word: 'audit', icon: ScrollText, go: 'a', need: 'audit.read' },
      { path: '/erasures', word: 'erasures', icon: UserX, need: 'audit.read' },
      { path: '/health', word: 'health', icon: HeartPulse, need: 'measure.read' },
      { path: '/settings', word: 'settings', icon: Settings2, go: 's', need: 'settings.write' },
    ],
  },
]

export const places: Place[] = sections.flatMap((section) => section.places)

/** The places that a thumb wants first on a phone; the first four that a role may open lie at the bottom. */
export const thumbPlaces: Place[] = ['/', '/persons', '/orders', '/campaigns', '/products', '/touchpoints'].flatMap((path) =>
  places.filter((place) => place.path === path),
)

export const isAt = (place: Place, path: string): boolean =>
  place.path === '/' ? path === '/' : path === place.path || path.startsWith(`${place.path}/`)
