import { useState } from 'react'

import { countOf } from '../format/numbers.ts'
import { Button } from '../parts/Button.tsx'
import { Checkbox } from '../parts/Checkbox.tsx'
import { Dialog } from '../parts/Dialog.tsx'
import { signInFault, signOut } from '../session/session.ts'
import { useClient } from '../store/hooks.ts'
import styles from './SignOutDialog.module.css'

/** What stays on this device, and what would be lost, before an account is closed. */
export function SignOutDialog({ onClose }: { readonly onClose: () => void }) {
  const { unsent } = useClient()
  const [is_erased, setErased] = useState(false)
  const [is_busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string>()
  const waiting = countOf(unsent.count, 'change')
  const onSignOut = async () => {
    setBusy(true)
    try {
      await signOut({ is_erased })
      onClose()
    } catch (error) {
      setFault(`You are signed out, but not everything could be removed. ${signInFault(error)}`)
      setBusy(false)
    }
  }
  const is_losing = is_erased && unsent.count > 0
  return (
    <Dialog
      title="Sign out?"
      onClose={onClose}
      actions={
        <>
          <Button kind="quiet" onClick={onClose}>
            Stay signed in
          </Button>
          <Button
            kind={is_losing ? 'destructive' : 'primary'}
            is_busy={is_busy}
            busy_words="Signing out…"
            onClick={() => void onSignOut()}
          >
            {is_losing ? `Sign out and lose ${waiting}` : 'Sign out'}
          </Button>
        </>
      }
    >
      <p>
        {unsent.count === 0
          ? 'Everything is saved in your account.'
          : `${waiting} ${unsent.count === 1 ? 'is' : 'are'} not in your account yet. On this device they wait for your next sign-in.`}
      </p>
      <Checkbox
        label="Remove everything of this account from this device"
        checked={is_erased}
        onChange={({ currentTarget }) => setErased(currentTarget.checked)}
      />
      {is_losing && (
        <p className={styles.warning}>What is not in your account yet would be lost for good. Download it first.</p>
      )}
      {fault !== undefined && <p role="alert">{fault}</p>}
    </Dialog>
  )
}
