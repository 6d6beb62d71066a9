import { session } from './session/session.ts'

/** Of errors that come before the client is there; later ones it counts itself. */
const WAITING_MAX = 20
const waiting: string[] = []

/** What nobody caught, by the names of its class alone: messages may have what users wrote. */
export function noteErrors(): void {
  window.addEventListener('error', ({ error }) => note(error))
  window.addEventListener('unhandledrejection', ({ reason }) => note(reason))
  session.subscribe(tell)
}

function note(error: unknown): void {
  if (waiting.length < WAITING_MAX) waiting.push(error instanceof Error ? error.name : typeof error)
  tell()
}

function tell(): void {
  const state = session.get()
  if (state.state === 'open') for (const name of waiting.splice(0)) state.client.noteError(name)
}
