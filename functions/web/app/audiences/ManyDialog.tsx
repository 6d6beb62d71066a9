import { useMemo } from 'react'

import { clock } from '../base/ports.ts'
import { NotKnownHere, UsageList } from '../distributions/UsageList.tsx'
import { usesOf } from '../distributions/usage.ts'
import { countOf, numberOf } from '../format/numbers.ts'
import { Button } from '../parts/Button.tsx'
import { Checks } from '../parts/Checks.tsx'
import { Dialog } from '../parts/Dialog.tsx'
import { useClient, useRecords } from '../store/hooks.ts'
import type { Shown } from '../store/records.ts'
import { archiveAudiences, bringBackAudiences, deleteAudiences } from './change-audiences.ts'
import { manyPlan, planInWords, type ManyDeed } from './many-plan.ts'

const WORDS = { archive: 'Archive', 'bring-back': 'Bring back', delete: 'Delete' } as const
const DEEDS = { archive: archiveAudiences, 'bring-back': bringBackAudiences, delete: deleteAudiences } as const

/** What a deed would do to some audiences, or to one that is still used, before it is done. */
export function ManyDialog({
  deed,
  subjects,
  onClose,
}: {
  readonly deed: ManyDeed
  readonly subjects: readonly Shown<'audience'>[]
  readonly onClose: () => void
}) {
  const client = useClient()
  const { records: audiences } = useRecords('audience')
  const { records: platforms } = useRecords('platform')
  const { records: distributions } = useRecords('distribution')
  const plan = useMemo(
    () => manyPlan(deed, subjects, usesOf('audience', { audiences, platforms, distributions }, clock.nowMs())),
    [deed, subjects, audiences, platforms, distributions],
  )
  const { changing, uses } = plan
  const onDo = () => {
    onClose()
    void DEEDS[deed](client, changing)
  }
  const who = subjects.length === 1 ? `“${subjects[0]!.record.name}”` : countOf(subjects.length, 'audience')
  return (
    <Dialog
      title={`${WORDS[deed]} ${who}?`}
      onClose={onClose}
      actions={
        <>
          <Button kind="quiet" onClick={onClose}>
            {changing.length === 0 ? 'Close' : 'Leave as it is'}
          </Button>
          {changing.length > 0 && (
            // Enter does what was asked for.
            <Button kind={deed === 'delete' ? 'destructive' : 'primary'} onClick={onDo} data-begin>
              {WORDS[deed]} {numberOf(changing.length)}
            </Button>
          )}
        </>
      }
    >
      <Checks checks={planInWords(plan)} label="What will happen" />
      {uses.length > 0 && <UsageList uses={uses} onGo={onClose} />}
      {deed !== 'bring-back' && <NotKnownHere />}
    </Dialog>
  )
}
