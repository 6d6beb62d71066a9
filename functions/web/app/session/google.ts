import { type AppConfig, GOOGLE_SCRIPT_URL } from '#shared/contract/app-config.ts'
import { Cell } from '../base/cell.ts'

/**
 * Google Identity Services. Its script is loaded when somebody may sign in, never before; a network or a filter that
 * blocks it is told in words.
 */
/** How people sign in with Google. */
export type GoogleSignIn = Extract<AppConfig['sign_in'], { kind: 'google' }>

/** What this app uses of it: https://developers.google.com/identity/gsi/web/reference/js-reference */
interface GoogleIdentity {
  initialize(options: {
    readonly client_id: string
    readonly callback: (answer: { readonly credential: string }) => void
    readonly auto_select: boolean
    readonly use_fedcm_for_prompt: boolean
  }): void
  renderButton(place: HTMLElement, look: Readonly<Record<string, string | number>>): void
  prompt(): void
  disableAutoSelect(): void
}

interface GoogleWindow {
  readonly google?: { readonly accounts: { readonly id: GoogleIdentity } }
}

export const google_state = new Cell<'unasked' | 'loading' | 'ready' | 'blocked'>('unasked')

const identity = (): GoogleIdentity | undefined => (globalThis as GoogleWindow).google?.accounts.id

let receive: (id_token: string) => void = () => undefined

/** @param onToken gets the ID token of each sign-in, until another one is given */
export function loadGoogle(
  { client_id, script_url = GOOGLE_SCRIPT_URL }: GoogleSignIn,
  onToken: (id_token: string) => void,
): void {
  receive = onToken
  if (google_state.get() === 'loading' || google_state.get() === 'ready') return
  google_state.set('loading')
  const script = document.createElement('script')
  script.async = true
  script.addEventListener('error', () => {
    script.remove()
    google_state.set('blocked')
  })
  script.addEventListener('load', () => {
    identity()?.initialize({
      client_id,
      callback: ({ credential }) => receive(credential),
      auto_select: true,
      use_fedcm_for_prompt: true,
    })
    google_state.set(identity() ? 'ready' : 'blocked')
  })
  try {
    // A page with Google's script has no Trusted Types: the page's policy names this address instead.
    script.src = script_url
    document.head.append(script)
  } catch {
    // The page was loaded before the service signed in with Google, and its policy knows nothing of it.
    google_state.set('blocked')
  }
}

export function showGoogleButton(place: HTMLElement): void {
  identity()?.renderButton(place, { theme: 'outline', size: 'large', text: 'signin_with', width: 280 })
}

/** Signs in without a click where Google knows who is there. */
export function promptGoogle(): void {
  identity()?.prompt()
}

/** After a sign-out nobody is signed in again by themselves. */
export function forgetGoogle(): void {
  identity()?.disableAutoSelect()
}
