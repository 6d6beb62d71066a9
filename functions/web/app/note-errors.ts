import { session } from './session/session.ts'

/** What nobody caught, by the names of its class alone: messages may have what users wrote. */
export function noteErrors(): void {
  window.addEventListener('error', ({ error }) => note(error))
  window.addEventListener('unhandledrejection', ({ reason }) => note(reason))
}

function note(error: unknown): void {
  const state = session.get()
  if (state.state === 'open') state.client.noteError(error instanceof Error ? error.name : typeof error)
}
