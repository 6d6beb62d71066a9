import { Ellipsis } from 'lucide-react'
import { useMemo } from 'react'

import { offered } from '../../actions/action.ts'
import { useOffer } from '../../actions/offers.ts'
import { useWantedDeed } from '../../actions/wanted-deed.ts'
import { Button, IconButton } from '../../parts/Button.tsx'
import { Menu } from '../../parts/Menu.tsx'
import { useClient } from '../../store/hooks.ts'
import { sendActions } from './send-actions.ts'
import styles from './SendRecord.module.css'
import type { Send } from './sends.ts'

/** Those that are wanted seldom. */
const IN_MENU: readonly string[] = ['now', 'again', 'delete']

/** What can be done to a distribution, by its status. @param onMove the same function between renders */
export function SendDeeds({ send, onMove }: { readonly send: Send; readonly onMove: () => void }) {
  const client = useClient()
  const items = useMemo(() => offered(sendActions({ client, onMove }), [send]), [client, onMove, send])
  const offer = useMemo(
    () => ({ title: `On “${send.audience_name} to ${send.platform_name}”`, items }),
    [send.audience_name, send.platform_name, items],
  )
  useOffer(offer)
  useWantedDeed('distribution', ({ id, action_id }) => {
    if (id !== send.id) return false
    items.find((item) => item.id === action_id)?.onSelect()
    return true
  })
  return (
    <div className={styles.deeds}>
      <Menu label={`Actions for ${send.audience_name}`} items={items.filter(({ id }) => IN_MENU.includes(id))}>
        {(trigger) => <IconButton icon={Ellipsis} label="Actions" {...trigger} />}
      </Menu>
      {items
        .filter(({ id }) => !IN_MENU.includes(id))
        .map(({ id, words, icon, onSelect }) => (
          <Button key={id} kind={id === 'retry' ? 'primary' : 'plain'} {...(icon && { icon })} onClick={onSelect}>
            {words}
          </Button>
        ))}
    </div>
  )
}
