import { Copy, History, KeyRound, Pencil, Plug, RefreshCw, Send, Trash2, Unplug } from 'lucide-react'

import type { Action } from '../../actions/action.ts'
import type { Shown } from '../../store/records.ts'

/** What the page does when an action is chosen. */
export interface PlatformDeeds {
  readonly onSend: (platform: Shown<'platform'>) => void
  readonly onHistory: (platform: Shown<'platform'>) => void
  readonly onTest: (platform: Shown<'platform'>) => void
  readonly onKeys: (platform: Shown<'platform'>) => void
  readonly onEdit: (platform: Shown<'platform'>) => void
  readonly onConnect: (platform: Shown<'platform'>) => void
  readonly onDisconnect: (platform: Shown<'platform'>) => void
  readonly onDuplicate: (platform: Shown<'platform'>) => void
  readonly onDelete: (platform: Shown<'platform'>) => void
}

type PlatformAction = Action<Shown<'platform'>>

/** What can be done to one platform: its menu and its button offer these. */
export function platformActions(deeds: PlatformDeeds): readonly PlatformAction[] {
  const of = (deed: (platform: Shown<'platform'>) => void) => (platforms: readonly Shown<'platform'>[]) =>
    platforms.forEach((platform) => deed(platform))
  const isEvery = (holds: (platform: Shown<'platform'>) => boolean) => (platforms: readonly Shown<'platform'>[]) =>
    platforms.every((platform) => holds(platform))
  return [
    {
      id: 'send',
      words: 'Send',
      icon: Send,
      isOffered: isEvery(({ record }) => record.status === 'connected'),
      run: of(deeds.onSend),
    },
    {
      id: 'connect',
      words: 'Connect',
      icon: Plug,
      isOffered: isEvery(({ record }) => record.status === 'disconnected'),
      run: of(deeds.onConnect),
    },
    {
      id: 'test',
      words: (platforms) => (platforms.every(({ record }) => record.last_test) ? 'Test again' : 'Test connection'),
      icon: RefreshCw,
      isOffered: isEvery(({ record }) => record.credentials !== null && record.status !== 'disconnected'),
      run: of(deeds.onTest),
    },
    {
      id: 'keys',
      words: (platforms) => (platforms.every(({ record }) => record.credentials) ? 'Replace keys' : 'Enter keys'),
      icon: KeyRound,
      isOffered: isEvery(({ record }) => record.status !== 'disconnected'),
      run: of(deeds.onKeys),
    },
    { id: 'history', words: 'What was sent there', icon: History, run: of(deeds.onHistory) },
    { id: 'edit', words: 'Name and settings', icon: Pencil, run: of(deeds.onEdit) },
    { id: 'duplicate', words: 'Duplicate without keys', icon: Copy, run: of(deeds.onDuplicate) },
    {
      id: 'disconnect',
      words: 'Disconnect',
      icon: Unplug,
      isOffered: isEvery(({ record }) => record.status === 'connected' || record.status === 'error'),
      run: of(deeds.onDisconnect),
    },
    { id: 'delete', words: 'Delete', icon: Trash2, is_dangerous: true, run: of(deeds.onDelete) },
  ]
}

/** The one that stands on the row itself: what this platform needs next. */
export function nextActionId({ record }: Shown<'platform'>): string {
  if (record.status === 'disconnected') return 'connect'
  if (record.status === 'connected') return 'send'
  return record.credentials ? 'test' : 'keys'
}
