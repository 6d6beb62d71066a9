import { useNavigate, useSearch } from '@tanstack/react-router'

import { Mark } from '../../frame/Mark.tsx'
import { Page } from '../../frame/Page.tsx'
import { Button } from '../../parts/Button.tsx'
import { continueAsGuest } from '../../session/session.ts'
import { SignInWays } from '../../session/SignInWays.tsx'
import { useSession } from '../../session/use-session.ts'
import styles from './SignIn.module.css'

/** An account, or a guest: what each of them means in one sentence. */
export function SignIn() {
  const { account } = useSession()
  const { next = '/' } = useSearch({ from: '/sign-in' })
  const navigate = useNavigate()
  // Only an address of this app: another one could lead anywhere.
  const goOn = () => void navigate({ href: /^\/(?!\/)/.test(next) ? next : '/' })
  const onGuest = () => {
    continueAsGuest()
    goOn()
  }
  return (
    <Page title="Sign in">
      <div className={styles.sign_in}>
        <Mark />
        <h2 className={styles.question}>Keep your audiences in your account</h2>
        <p className={styles.words}>
          Describe audiences, save them, and send them to your ad platforms. In your account they are safe, and on each
          of your devices.
        </p>
        <SignInWays onSignedIn={goOn} />
        {!account && (
          <div className={styles.guest}>
            <Button size="large" onClick={onGuest}>
              Continue as guest
            </Button>
            <p className={styles.hint}>
              Everything stays in this browser, on this device; sign in later, and your work comes along.
            </p>
          </div>
        )}
      </div>
    </Page>
  )
}
