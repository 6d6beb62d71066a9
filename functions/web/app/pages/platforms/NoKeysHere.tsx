import { ButtonLink } from '../../parts/Button.tsx'
import { useStatus } from '../../store/hooks.ts'
import styles from './KeysForm.module.css'

/** Why keys cannot be entered at the moment: they go to the service only. */
export type KeysFault = 'guest' | 'signed-out' | 'offline'

export function useKeysFault(): KeysFault | undefined {
  const { mode, needs_sign_in, is_online } = useStatus()
  if (mode === 'guest') return 'guest'
  if (needs_sign_in) return 'signed-out'
  return is_online === false ? 'offline' : undefined
}

export const KEYS_FAULTS: Readonly<Record<KeysFault, string>> = {
  guest: 'Keys belong to an account: they are stored encrypted there, never in this browser. Sign in to enter them.',
  'signed-out': 'Your sign-in has ended. Sign in to enter keys and to test them; everything else goes on.',
  offline: 'Keys are entered and tested online: they are never stored in this browser. Everything else goes on.',
}

export function NoKeysHere({ fault }: { readonly fault: KeysFault }) {
  return (
    <div className={styles.form}>
      <p className={styles.hint}>{KEYS_FAULTS[fault]}</p>
      {fault !== 'offline' && (
        <div>
          <ButtonLink to="/sign-in" search={{ next: '/platforms' }}>
            Sign in
          </ButtonLink>
        </div>
      )}
    </div>
  )
}
