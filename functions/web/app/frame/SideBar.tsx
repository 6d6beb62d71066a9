import { Link, useLocation } from '@tanstack/react-router'
import { Search, TriangleAlert, type LucideIcon } from 'lucide-react'

import { useCell } from '../base/cell.ts'
import { useMedia, WIDE } from '../base/media.ts'
import { numberOf } from '../format/numbers.ts'
import { Icon } from '../parts/Icon.tsx'
import { keysInWords } from '../parts/keys.ts'
import { Tooltip } from '../parts/Tooltip.tsx'
import { AccountMenu } from './AccountMenu.tsx'
import { FOOT_PLACES, type FootAddress } from './foot-places.ts'
import { Mark } from './Mark.tsx'
import { openPalette } from './layers.ts'
import { has_news } from './news.ts'
import { placeOf, PLACES, type PlaceAddress } from './places.ts'
import styles from './SideBar.module.css'
import { type PlaceCount, usePlaceCounts } from './use-place-counts.ts'

/** The way to everywhere: a bar with words, or a rail of icons where there is less room. */
export function SideBar() {
  const is_rail = !useMedia(WIDE)
  const counts = usePlaceCounts()
  const is_news = useCell(has_news)
  return (
    <nav aria-label="Main" className={styles.bar} data-region>
      <Link to="/" className={styles.brand} aria-label="Activation Manager">
        <Mark />
        <span className={styles.words}>Activation Manager</span>
      </Link>
      <RailTooltip words="Search and actions" is_rail={is_rail}>
        <button type="button" className={styles.search} onClick={openPalette} aria-keyshortcuts="Control+K Meta+K">
          <Icon of={Search} />
          <span className={styles.words}>Search and actions</span>
          <kbd aria-hidden className={styles.words}>
            {keysInWords('mod+k')}
          </kbd>
        </button>
      </RailTooltip>
      <div className={styles.places}>
        {PLACES.map(({ to, words, icon }) => (
          <PlaceLink key={to} {...{ to, words, icon, is_rail }} count={counts[to]} />
        ))}
      </div>
      <div className={styles.foot}>
        {FOOT_PLACES.map((place) => (
          <PlaceLink key={place.to} {...place} is_rail={is_rail} is_new={place.to === '/what-is-new' && is_news} />
        ))}
        <AccountMenu is_rail={is_rail} />
      </div>
    </nav>
  )
}

interface PlaceLinkProps {
  readonly to: PlaceAddress | FootAddress
  readonly words: string
  readonly icon: LucideIcon
  readonly is_rail: boolean
  readonly count?: PlaceCount | undefined
  /** There is something that was not read. */
  readonly is_new?: boolean
}

function PlaceLink({ to, words, icon, is_rail, count, is_new = false }: PlaceLinkProps) {
  const is_here = placeOf(useLocation().pathname) === to
  return (
    <RailTooltip words={words} is_rail={is_rail}>
      <Link to={to} className={styles.place} aria-current={is_here ? 'page' : undefined}>
        <Icon of={icon} />
        <span className={styles.words}>{words}</span>
        {count && <Count {...count} />}
        {is_new && (
          <span className={styles.news}>
            <span className="unseen">not read yet</span>
          </span>
        )}
      </Link>
    </RailTooltip>
  )
}

function Count({ count, needs_person }: PlaceCount) {
  if (!needs_person) return <span className={styles.count}>{numberOf(count)}</span>
  return (
    <span className={styles.alarm}>
      <Icon of={TriangleAlert} size={14} />
      {numberOf(count)}
      <span className="unseen">{count === 1 ? 'needs you' : 'need you'}</span>
    </span>
  )
}

function RailTooltip({
  words,
  is_rail,
  children,
}: {
  readonly words: string
  readonly is_rail: boolean
  readonly children: React.ReactNode
}) {
  return is_rail ? <Tooltip words={words}>{children}</Tooltip> : children
}
