import { useNavigate } from '@tanstack/react-router'
import { Copy } from 'lucide-react'
import { useState, type Dispatch, type SetStateAction } from 'react'

import type { PlatformType } from '#shared/records/platform.ts'
import { askToSend } from '../../distributions/send-task.ts'
import { showToast } from '../../parts/toasts.ts'
import { duplicate } from '../../store/duplicate.ts'
import { useClient } from '../../store/hooks.ts'
import type { Shown } from '../../store/records.ts'
import { testConnection } from './connection.ts'
import { KEYS_FAULTS, useKeysFault } from './NoKeysHere.tsx'
import type { PlatformDeeds } from './platform-actions.ts'
import { scheduledInWords } from './platform-facts.ts'
import type { PlatformsOnDevice } from './use-platforms.ts'

/** The task that comes before everything else. */
export type OpenDialog =
  | { readonly task: 'add'; readonly type: PlatformType | undefined }
  | { readonly task: 'edit' | 'delete'; readonly platform: Shown<'platform'> }

/** What the actions of a row do, which of the platforms are being tested, and what stood in the way of a test. */
export function useDeeds({
  sendsOf,
  setDialog,
  setKeysOf,
}: {
  readonly sendsOf: PlatformsOnDevice['sendsOf']
  readonly setDialog: (dialog: OpenDialog) => void
  readonly setKeysOf: Dispatch<SetStateAction<string | undefined>>
}) {
  const client = useClient()
  const navigate = useNavigate()
  const keys_fault = useKeysFault()
  const [testing, setTesting] = useState<ReadonlySet<string>>(new Set())
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({})
  const setFault = (id: string, fault?: string) =>
    setFaults((faults) => ({
      ...Object.fromEntries(Object.entries(faults).filter(([other]) => other !== id)),
      ...(fault !== undefined && { [id]: fault }),
    }))
  const onTest = async ({ id, record }: Shown<'platform'>) => {
    if (keys_fault) return setFault(id, KEYS_FAULTS[keys_fault])
    setFault(id)
    setTesting((testing) => new Set([...testing, id]))
    const outcome = await testConnection(client, id)
    setTesting((testing) => new Set([...testing].filter((other) => other !== id)))
    if (outcome.ok) return showToast({ words: `${record.name} is connected.` })
    // A failed test is on the record itself, with what to do.
    if (client.get('platform', id)?.record['status'] !== 'error') setFault(id, outcome.words)
  }
  const setStatus = async ({ id }: Shown<'platform'>, status: 'pending' | 'disconnected') => {
    const outcome = await client.change('platform', id, { set: { status } })
    setFault(id, outcome.ok ? undefined : outcome.problem.message)
    return outcome.ok
  }
  const onConnect = async (platform: Shown<'platform'>) => {
    if (!(await setStatus(platform, 'pending'))) return
    if (platform.record.credentials) await onTest(platform)
    else setKeysOf(platform.id)
  }
  const onDisconnect = async (platform: Shown<'platform'>) => {
    if (!(await setStatus(platform, 'disconnected'))) return
    const scheduled = scheduledInWords(sendsOf(platform.id))
    const also = scheduled === undefined ? '' : ` ${scheduled} for it: what is due meanwhile is cancelled.`
    showToast({ words: `Disconnected ${platform.record.name}. Nothing is sent to it; its keys stay.${also}` })
  }
  const onDuplicate = async (platform: Shown<'platform'>) => {
    const { name, outcome } = await duplicate(client, 'platform', platform)
    if (!outcome.ok) return setFault(platform.id, outcome.problem.message)
    const { id } = outcome
    setKeysOf(id)
    const run = async () => {
      const undone = await client.delete('platform', id)
      if (!undone.ok) setFault(id, undone.problem.message)
    }
    showToast({ icon: Copy, words: `Made ${name}. It has no keys yet.`, undo: { run } })
  }
  const deeds: PlatformDeeds = {
    onSend: ({ id }) => askToSend({ platform_id: id }),
    onHistory: ({ id }) => void navigate({ to: '/distributions', search: { platform: id } }),
    onTest: (platform) => void onTest(platform),
    onKeys: ({ id }) => setKeysOf((open) => (open === id ? undefined : id)),
    onEdit: (platform) => setDialog({ task: 'edit', platform }),
    onConnect: (platform) => void onConnect(platform),
    onDisconnect: (platform) => void onDisconnect(platform),
    onDuplicate: (platform) => void onDuplicate(platform),
    onDelete: (platform) => setDialog({ task: 'delete', platform }),
  }
  return { deeds, testing, faults }
}
