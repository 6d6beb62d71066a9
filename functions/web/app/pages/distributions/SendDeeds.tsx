import { Ban, CalendarClock, Ellipsis, RefreshCw, RotateCcw, Send as SendIcon, Trash2 } from 'lucide-react'

import type { DistributionStatus } from '#shared/records/distribution.ts'
import { askToSend } from '../../distributions/send-task.ts'
import { Button, IconButton } from '../../parts/Button.tsx'
import { Menu, type MenuItem } from '../../parts/Menu.tsx'
import { useClient } from '../../store/hooks.ts'
import { cancelSend, deleteSend, retrySend, sendNow } from './send-deeds.ts'
import styles from './SendRecord.module.css'
import type { Send } from './sends.ts'

const BEFORE: readonly DistributionStatus[] = ['scheduled', 'pending']

/** What can be done to a distribution, by its status. */
export function SendDeeds({ send, onMove }: { readonly send: Send; readonly onMove: () => void }) {
  const client = useClient()
  const { status, audience_id, platform_id, segments_distributed: segment_ids } = send.shown.record
  const again = () => askToSend({ audience_id, platform_id, ...(segment_ids.length > 0 && { segment_ids }) })
  const items: MenuItem[] = [
    ...(status === 'scheduled'
      ? [{ id: 'now', words: 'Send now', icon: SendIcon, onSelect: () => void sendNow(client, send) }]
      : []),
    ...(status === 'failed' ? [{ id: 'again', words: 'Send as it is now', icon: SendIcon, onSelect: again }] : []),
    {
      id: 'delete',
      words: 'Delete',
      icon: Trash2,
      is_dangerous: true,
      onSelect: () => void deleteSend(client, send),
    },
  ]
  return (
    <div className={styles.deeds}>
      <Menu label={`Actions for ${send.audience_name}`} items={items}>
        {(trigger) => <IconButton icon={Ellipsis} label="Actions" {...trigger} />}
      </Menu>
      {BEFORE.includes(status) && (
        <Button icon={Ban} onClick={() => void cancelSend(client, send)}>
          Cancel this send
        </Button>
      )}
      {status === 'scheduled' && (
        <Button icon={CalendarClock} onClick={onMove}>
          Change the time
        </Button>
      )}
      {status === 'failed' && (
        <Button kind="primary" icon={RotateCcw} onClick={() => void retrySend(client, send)}>
          Try again
        </Button>
      )}
      {status === 'completed' && (
        <Button icon={RefreshCw} onClick={again}>
          Send a refresh
        </Button>
      )}
      {status === 'cancelled' && (
        <Button icon={SendIcon} onClick={again}>
          Send it after all
        </Button>
      )}
    </div>
  )
}
