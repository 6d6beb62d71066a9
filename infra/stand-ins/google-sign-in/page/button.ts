import { listenForCredential, parameterOf } from './credential.ts'

/** The button in its frame: it opens the window in which an account is chosen, and hands on what that tells. */
const button = document.querySelector('button')!

listenForCredential(location.origin, (message) => parent.postMessage(message, parameterOf('origin')))

button.addEventListener('click', () => {
  const opened = open(`/gsi/select${location.search}`, 'gsi-select', 'popup,width=420,height=360')
  button.textContent = opened ? 'Sign in with Google' : 'Allow the window, then try again'
})
