import { useEffect, useRef, useState } from 'react'

import { useCell } from '../base/cell.ts'
import { Button } from '../parts/Button.tsx'
import { google_state, type GoogleSignIn, loadGoogle, promptGoogle, showGoogleButton } from './google.ts'
import { signInAsDemo, signInFault, takeToken } from './session.ts'
import styles from './SignInWays.module.css'
import { useSession } from './use-session.ts'

/** The ways to sign in that this service has. @param onSignedIn when an account is open */
export function SignInWays({ onSignedIn }: { readonly onSignedIn?: () => void }) {
  const { sign_in } = useSession().config
  if (sign_in.kind === 'none') return <p>This service has no accounts yet.</p>
  if (sign_in.kind === 'demo') return <DemoButton email={sign_in.account.email} {...(onSignedIn && { onSignedIn })} />
  return <GoogleButton sign_in={sign_in} {...(onSignedIn && { onSignedIn })} />
}

function DemoButton({ email, onSignedIn }: { readonly email: string; readonly onSignedIn?: () => void }) {
  const [is_busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string>()
  const onClick = async () => {
    setBusy(true)
    setFault(undefined)
    try {
      await signInAsDemo()
      onSignedIn?.()
    } catch (error) {
      setFault(signInFault(error))
    }
    setBusy(false)
  }
  return (
    <div className={styles.ways}>
      <Button kind="primary" size="large" is_busy={is_busy} busy_words="Signing in…" onClick={() => void onClick()}>
        Sign in as {email}
      </Button>
      {fault !== undefined && <p role="alert">{fault}</p>}
    </div>
  )
}

/** Google draws its button itself, in a place that has its size before. */
function GoogleButton({ sign_in, onSignedIn }: { readonly sign_in: GoogleSignIn; readonly onSignedIn?: () => void }) {
  const state = useCell(google_state)
  const [fault, setFault] = useState<string>()
  const place = useRef<HTMLDivElement>(null)
  const told = useRef(onSignedIn)
  useEffect(() => {
    told.current = onSignedIn
  })
  useEffect(() => {
    loadGoogle(sign_in, (id_token) => {
      takeToken(id_token).then(
        () => told.current?.(),
        (error: unknown) => setFault(signInFault(error)),
      )
    })
  }, [sign_in])
  useEffect(() => {
    if (state !== 'ready' || !place.current) return
    showGoogleButton(place.current)
    promptGoogle()
  }, [state])
  return (
    <div className={styles.ways}>
      {state === 'blocked' ? (
        <p role="alert">
          Google’s sign-in could not be loaded: a network or an extension of this browser may block accounts.google.com.
          You can go on as a guest and sign in later.
        </p>
      ) : (
        <div ref={place} className={styles.google} />
      )}
      {fault !== undefined && <p role="alert">{fault}</p>}
    </div>
  )
}
