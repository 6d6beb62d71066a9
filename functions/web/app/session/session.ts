import { ActivationClient } from '#shared/client/client.ts'
import type { Session } from '#shared/client/client-types.ts'
import type { Identity } from '#shared/client/store/entries.ts'
import { StorageError } from '#shared/client/storage.ts'
import type { AppConfig } from '#shared/contract/app-config.ts'
import { Cell } from '../base/cell.ts'
import { painted } from '../base/idle.ts'
import { clock, ports } from '../base/ports.ts'
import { first_look, keptLookAt } from '../pages/saved-audiences/first-look.ts'
import { type AccountFacts, keepAccount, keptAccount } from './account.ts'
import { loadConfig } from './config.ts'
import { demoToken, renewedDemoToken } from './demo.ts'
import { forgetGoogle } from './google.ts'
import { accountOf, isFresh, keepToken, keptToken } from './id-token.ts'
import { fetchAndHear } from './notice.ts'

/** Whose page this is: the client, the configuration, and who is signed in. */

export interface OpenSession {
  readonly state: 'open'
  readonly client: ActivationClient
  readonly config: AppConfig
  /** Null of a guest. */
  readonly account: AccountFacts | null
}

export type SessionState =
  | { readonly state: 'opening' }
  | OpenSession
  /** The local data cannot be opened, or nothing ever told this browser where the service is. */
  | { readonly state: 'failed'; readonly error: unknown; readonly account: AccountFacts | null }

export const session = new Cell<SessionState>({ state: 'opening' })

let token: string | undefined = keptToken()

/** Opens the records of the last account that was signed in here, or of the guest. It never fails: how it went is in `session`. */
export async function openSession(): Promise<void> {
  let account: AccountFacts | null = null
  const known = keptAccount()
  const asked_look = known && keptLookAt(location, identityOf(known))
  try {
    const config = await loadConfig()
    account = config.sign_in.kind === 'none' ? null : keptAccount(config.issuer)
    const options = {
      ports,
      api: { origins: config.origins, fetch: fetchAndHear },
      app_version: config.app_version,
      loadMs: () => clock.monotonicMs(),
      ...(account && { session: sessionOf(account, config) }),
    }
    const client = await ActivationClient.open(options, async (prepared) => {
      const look = await asked_look
      if (!account || !look) return
      first_look.set(look)
      session.set({ state: 'open', client: prepared, config, account })
      await painted()
    })
    if (session.get().state !== 'open') session.set({ state: 'open', client, config, account })
  } catch (error) {
    session.set({ state: 'failed', error, account })
  }
}

export function opened(): OpenSession {
  const state = session.get()
  if (state.state !== 'open') throw new Error('No session is open.')
  return state
}

/** The account that needs no password. @throws Error */
export async function signInAsDemo(): Promise<void> {
  const { config } = opened()
  if (config.sign_in.kind !== 'demo') throw new Error('There is no demo account here.')
  await takeToken(await demoToken(config.sign_in))
}

/** Signs in where one click is enough. @returns false: somebody has to say who they are, or it did not work */
export async function isSignedInByClick(): Promise<boolean> {
  if (opened().config.sign_in.kind !== 'demo') return false
  return await signInAsDemo().then(
    () => true,
    () => false,
  )
}

/** Opens the account that a new ID token is of; what a guest has moves into it. @throws Error | StorageError */
export async function takeToken(id_token: string): Promise<void> {
  const { client, config } = opened()
  const account = accountOf(id_token, config.issuer)
  token = id_token
  keepToken(id_token)
  keepAccount(account)
  await client.signIn(sessionOf(account, config))
  session.set({ state: 'open', client, config, account })
}

export function continueAsGuest(): void {
  keepAccount(null)
}

/** @param is_erased everything of the account leaves this device, with what the service does not have @throws StorageError */
export async function signOut({ is_erased }: { readonly is_erased: boolean }): Promise<void> {
  const { client, config } = opened()
  token = undefined
  keepToken(null)
  keepAccount(null)
  forgetGoogle()
  try {
    await client.signOut({ unsent: is_erased ? 'erase' : 'keep' })
  } finally {
    session.set({ state: 'open', client, config, account: null })
  }
}

/** The words for what went wrong when somebody signed in. */
export function signInFault(error: unknown): string {
  if (error instanceof StorageError) return `This browser could not open the account: ${error.message}`
  if (error instanceof TypeError) return 'The sign-in could not be reached. You can go on working; try again later.'
  return error instanceof Error ? error.message : 'The sign-in did not work.'
}

function identityOf({ issuer, user_id }: AccountFacts): Identity {
  return { issuer, user_id, owner: user_id }
}

function sessionOf(account: AccountFacts, { sign_in }: AppConfig): Session {
  return {
    identity: identityOf(account),
    token: async ({ is_renewal, signal }) => {
      if (token !== undefined && !is_renewal && isFresh(token)) return token
      if (sign_in.kind !== 'demo') throw new Error('The sign-in has ended.')
      token = await renewedDemoToken(sign_in, signal)
      keepToken(token)
      return token
    },
  }
}
