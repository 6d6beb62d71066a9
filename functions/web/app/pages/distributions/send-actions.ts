import { Ban, CalendarClock, RefreshCw, RotateCcw, Send as SendIcon, Trash2 } from 'lucide-react'

import type { ActivationClient } from '#shared/client/client.ts'
import type { DistributionStatus } from '#shared/records/distribution.ts'
import type { Action } from '../../actions/action.ts'
import { askToSend } from '../../distributions/send-task.ts'
import { cancelSend, deleteSend, retrySend, sendNow } from './send-deeds.ts'
import type { Send } from './sends.ts'

/** What can be done to one distribution: its buttons, its menu and the palette offer these. One that was refused has none. */
export function sendActions({
  client,
  onMove,
}: {
  readonly client: ActivationClient
  /** Asks for another time. */
  readonly onMove: (send: Send) => void
}): readonly Action<Send>[] {
  const isIn =
    (...statuses: readonly DistributionStatus[]) =>
    (sends: readonly Send[]) =>
      sends.every(({ refused, shown }) => !refused && statuses.includes(shown.record.status))
  const forEach = (deed: (send: Send) => unknown) => (sends: readonly Send[]) =>
    sends.forEach((send) => void deed(send))
  const again = forEach(({ shown: { record } }) => {
    const { audience_id, platform_id, segments_distributed: segment_ids } = record
    askToSend({ audience_id, platform_id, ...(segment_ids.length > 0 && { segment_ids }) })
  })
  return [
    {
      id: 'cancel',
      words: 'Cancel this send',
      icon: Ban,
      isOffered: isIn('scheduled', 'pending'),
      run: forEach((send) => cancelSend(client, send)),
    },
    {
      id: 'move',
      words: 'Change the time',
      icon: CalendarClock,
      isOffered: isIn('scheduled'),
      run: forEach(onMove),
    },
    {
      id: 'now',
      words: 'Send now',
      icon: SendIcon,
      isOffered: isIn('scheduled'),
      run: forEach((send) => sendNow(client, send)),
    },
    {
      id: 'retry',
      words: 'Try again',
      icon: RotateCcw,
      isOffered: isIn('failed'),
      run: forEach((send) => retrySend(client, send)),
    },
    { id: 'again', words: 'Send as it is now', icon: SendIcon, isOffered: isIn('failed'), run: again },
    { id: 'refresh', words: 'Send a refresh', icon: RefreshCw, isOffered: isIn('completed'), run: again },
    { id: 'after-all', words: 'Send it after all', icon: SendIcon, isOffered: isIn('cancelled'), run: again },
    {
      id: 'delete',
      words: 'Delete',
      icon: Trash2,
      is_dangerous: true,
      isOffered: (sends) => sends.every(({ refused }) => !refused),
      run: forEach((send) => deleteSend(client, send)),
    },
  ]
}
