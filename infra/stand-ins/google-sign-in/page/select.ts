import { type CredentialMessage, parameterOf } from './credential.ts'

/** The window in which an account is chosen: anybody's will do. */
const form = document.querySelector('form')!
const email = document.querySelector('input')!
const fault = document.querySelector('[role=alert]')!

async function choose(): Promise<void> {
  const answer = await fetch('/gsi/credential', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ client_id: parameterOf('client_id'), email: email.value }),
  })
  const told = (await answer.json()) as Partial<CredentialMessage> & { readonly message?: string }
  if (told.credential === undefined) {
    fault.textContent = told.message ?? 'It did not work.'
    return
  }
  const opener = window.opener as Window | null
  opener?.postMessage({ credential: told.credential } satisfies CredentialMessage, location.origin)
  close()
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  void choose()
})
document.querySelector('[type=button]')!.addEventListener('click', () => close())
