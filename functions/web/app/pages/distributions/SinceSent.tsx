import { useState } from 'react'

import type { AudienceSnapshot } from '#shared/records/distribution.ts'
import { VersionDifferences } from '../../audiences/VersionDifferences.tsx'
import { countOf } from '../../format/numbers.ts'
import { Button } from '../../parts/Button.tsx'
import { Dialog } from '../../parts/Dialog.tsx'
import type { Distribution, Shown } from '../../store/records.ts'
import styles from './SendRecord.module.css'
import { changesSinceSent } from './since-sent.ts'

/** Compares what was sent with what the audience is on this device now. */
export function SinceSent({
  distribution,
  snapshot,
  audience,
}: {
  readonly distribution: Distribution
  readonly snapshot: AudienceSnapshot
  readonly audience: Shown<'audience'>
}) {
  const [is_open, setOpen] = useState(false)
  const { record, waiting } = audience
  const now = waiting > 0 ? 'now' : `version ${record.version}`
  return (
    <>
      <button type="button" className={styles.compare} onClick={() => setOpen(true)}>
        Compare with {now}
      </button>
      {is_open && (
        <Dialog
          title={`Version ${snapshot.version}, as sent, and ${now}`}
          onClose={() => setOpen(false)}
          actions={<Button onClick={() => setOpen(false)}>Close</Button>}
        >
          <Comparison changes={changesSinceSent(distribution, snapshot, record)} />
        </Dialog>
      )}
    </>
  )
}

function Comparison({ changes }: { readonly changes: ReturnType<typeof changesSinceSent> }) {
  if (changes.length === 0) return <p>What was sent is still the same in the audience.</p>
  return (
    <>
      <p>{countOf(changes.length, 'thing is', 'things are')} different now. What was sent stays as it was.</p>
      <VersionDifferences of={changes} words={['Sent', 'Now']} />
    </>
  )
}
