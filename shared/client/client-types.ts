import type { ApiOptions } from './api/api.ts'
import type { ClientPorts } from './ports.ts'
import type { Identity, JsonRecord, RecordNoun } from './store/entries.ts'

/** What a page tells the client, and is told by it. */

/** A sign-in. */
export interface Session {
  readonly identity: Identity
  /** The user's ID token; asked for each request. One that rejects is a sign-in that has ended. */
  readonly token: NonNullable<ApiOptions['token']>
}

export interface ClientOptions {
  readonly ports: ClientPorts
  readonly api: Pick<ApiOptions, 'origins' | 'fetch'>
  /** Of the page or program, with its build: `1.4.0+5f3c2a`. */
  readonly app_version: string
  /** Without it a guest's. */
  readonly session?: Session
  /** How long the page took to show something, once it is known, in milliseconds. */
  readonly loadMs?: () => number | undefined
}

/** Records that may show differently now, by `kind:id`; drafts of forms that another tab has changed; `all`: another account, or the status. */
export type ClientEvent =
  | { readonly records: ReadonlySet<string> }
  | { readonly drafts: ReadonlySet<string> }
  | { readonly all: true }

/** What signing out would leave on this device, for the question before it. */
export interface Unsent {
  readonly count: number
  /** How many of them wait for the user. */
  readonly aside: number
}

/** A record of an earlier local store. */
export interface EarlierRecord {
  readonly noun: RecordNoun
  /** What it was known by there. Others refer to it by this, in their own columns (`audience_id`); it comes before them. */
  readonly key: string
  readonly value: JsonRecord
}
