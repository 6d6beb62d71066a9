import { Eraser } from 'lucide-react'
import { useState } from 'react'

import { problemInWords } from '../../format/problem-words.ts'
import { Button } from '../../parts/Button.tsx'
import { Dialog } from '../../parts/Dialog.tsx'
import { showToast } from '../../parts/toasts.ts'
import { useClient } from '../../store/hooks.ts'
import type { Shown } from '../../store/records.ts'

/** Asked, since nothing brings it back: what the audience was before is forgotten, as a secret that somebody typed into it. */
export function ForgetDialog({
  shown: { id, record },
  onClose,
  onForgotten,
}: {
  readonly shown: Shown<'audience'>
  readonly onClose: () => void
  readonly onForgotten: () => void
}) {
  const client = useClient()
  const [is_busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string>()
  const onForget = async () => {
    setBusy(true)
    const result = await client.api.audiences.forgetAudienceVersions({ params: { audience_id: id } })
    setBusy(false)
    if (!result.ok) {
      const doubt = result.problem.is_outcome_unknown ? ' Whether it is forgotten is not known: try again.' : ''
      return setFault(`${problemInWords(result.problem)}${doubt}`)
    }
    onClose()
    onForgotten()
    showToast({ icon: Eraser, words: `Forgot what “${record.name}” was before` })
  }
  return (
    <Dialog
      title="Forget its past?"
      onClose={onClose}
      actions={
        <>
          <Button kind="quiet" onClick={onClose}>
            Keep it
          </Button>
          <Button kind="destructive" is_busy={is_busy} busy_words="Forgetting…" onClick={() => void onForget()}>
            Forget its past
          </Button>
        </>
      }
    >
      <p>
        Every earlier version of <strong dir="auto">{record.name}</strong> is removed for good, also for others. The
        audience itself stays as it is now. Do this when something stands in an old version that nobody may read.
      </p>
      {fault !== undefined && <p role="alert">{fault}</p>}
    </Dialog>
  )
}
