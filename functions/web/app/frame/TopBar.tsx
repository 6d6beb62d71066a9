import { Link, useNavigate, useRouter } from '@tanstack/react-router'
import { ArrowLeft, ChevronRight, Menu as MenuIcon, Search } from 'lucide-react'

import { useCell } from '../base/cell.ts'
import { IconButton } from '../parts/Button.tsx'
import { BEHIND } from '../parts/cover-page.ts'
import { Icon } from '../parts/Icon.tsx'
import { Menu } from '../parts/Menu.tsx'
import { accountItems } from './account-items.ts'
import { FOOT_PLACES, type FootAddress } from './foot-places.ts'
import { heading, type Crumb } from './heading.ts'
import { openPalette } from './layers.ts'
import { Mark } from './Mark.tsx'
import { has_news } from './news.ts'
import { SyncWords } from './SyncWords.tsx'
import styles from './TopBar.module.css'

/** The page's title or the way to its record; at the right, always, where the data are. */
export function TopBar() {
  const { title, count, crumbs } = useCell(heading)
  return (
    <header {...BEHIND} className={styles.bar}>
      {crumbs ? <BackButton /> : <PhoneMark />}
      <div className={styles.title_area}>
        {crumbs ? <Crumbs crumbs={crumbs} title={title} /> : <h1 className={styles.title}>{title}</h1>}
        {count !== undefined && <span className={styles.count}>{count}</span>}
      </div>
      <SyncWords />
      <PhoneButtons />
    </header>
  )
}

function Crumbs({ crumbs, title }: { readonly crumbs: readonly Crumb[]; readonly title: string }) {
  return (
    <nav aria-label="Where you are" className={styles.crumbs}>
      {crumbs.map(({ words, to }) => (
        <span key={to} className={styles.crumb}>
          <Link to={to}>{words}</Link>
          <Icon of={ChevronRight} size={14} />
        </span>
      ))}
      <span aria-current="page" className={styles.here} dir="auto">
        {title}
      </span>
    </nav>
  )
}

function PhoneMark() {
  return (
    <Link to="/" aria-label="Activation Manager" className={styles.phone_mark}>
      <Mark />
    </Link>
  )
}

function BackButton() {
  const { history } = useRouter()
  return (
    <span className={styles.phone}>
      <IconButton icon={ArrowLeft} label="Back" onClick={() => history.back()} />
    </span>
  )
}

function PhoneButtons() {
  const navigate = useNavigate()
  const goTo = (to: '/sign-in' | FootAddress) => void navigate({ to })
  const is_news = useCell(has_news)
  const places = FOOT_PLACES.map(({ to, words, icon }) => ({
    id: to,
    words: to === '/what-is-new' && is_news ? `${words} · not read yet` : words,
    icon,
    onSelect: () => goTo(to),
  }))
  return (
    <span className={styles.phone}>
      <IconButton icon={Search} label="Search and actions" onClick={openPalette} />
      <Menu label="Menu" items={[...places, ...accountItems(goTo)]}>
        {(trigger) => <IconButton icon={MenuIcon} label="Menu" {...trigger} />}
      </Menu>
    </span>
  )
}
