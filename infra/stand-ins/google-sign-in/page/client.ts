import { type CredentialMessage, listenForCredential } from './credential.ts'

/** In place of Google's script, as the app uses it: https://developers.google.com/identity/gsi/web/reference/js-reference */
interface Options {
  readonly client_id: string
  readonly callback: (answer: CredentialMessage) => void
}

const { origin } = new URL((document.currentScript as HTMLScriptElement).src)
let options: Options | undefined

listenForCredential(origin, (message) => options?.callback(message))

const identity = {
  initialize: (given: Options) => {
    options = given
  },
  renderButton: (place: HTMLElement) => {
    const style = document.createElement('link')
    style.rel = 'stylesheet'
    style.href = `${origin}/gsi/style`
    const frame = document.createElement('iframe')
    frame.className = 'gsi-button'
    frame.title = 'Sign in with Google'
    const asked = new URLSearchParams({ client_id: options?.client_id ?? '', origin: location.origin })
    frame.src = `${origin}/gsi/button?${asked.toString()}`
    place.replaceChildren(style, frame)
  },
  /** Nobody is known to it, so that nobody is signed in without a click. */
  prompt: () => undefined,
  disableAutoSelect: () => undefined,
}

Object.assign(globalThis, { google: { accounts: { id: identity } } })
