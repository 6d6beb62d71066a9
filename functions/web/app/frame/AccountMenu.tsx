import { useNavigate } from '@tanstack/react-router'
import { ChevronsUpDown, UserRound } from 'lucide-react'

import { useCell } from '../base/cell.ts'
import { theme } from '../base/theme.ts'
import { Icon } from '../parts/Icon.tsx'
import { Menu } from '../parts/Menu.tsx'
import { useSession } from '../session/use-session.ts'
import { accountItems } from './account-items.ts'
import styles from './AccountMenu.module.css'

/** Who is signed in, and what belongs to them. */
export function AccountMenu({ is_rail }: { readonly is_rail: boolean }) {
  const { account } = useSession()
  const navigate = useNavigate()
  useCell(theme)
  const name = account?.email ?? 'Guest'
  return (
    <Menu label="Account" items={accountItems((to) => void navigate({ to }))} place={{ side: 'above', align: 'start' }}>
      {(trigger) => (
        <button type="button" {...trigger} className={styles.account}>
          <span className="unseen">Account: </span>
          <span aria-hidden className={styles.letter}>
            {account ? name.slice(0, 1).toUpperCase() : <Icon of={UserRound} />}
          </span>
          <span className={is_rail ? 'unseen' : styles.name}>{name}</span>
          {!is_rail && <Icon of={ChevronsUpDown} size={14} />}
        </button>
      )}
    </Menu>
  )
}
