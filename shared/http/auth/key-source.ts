import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose'
import * as z from 'zod/mini'

import { textAtMost } from '../../base/bounded-read.ts'
import type { Clock } from '../../base/clock.ts'
import { DAY_MS, MINUTE_MS } from '../../base/durations.ts'
import { Problem } from '../../base/problem.ts'
import { withTimeLimit } from '../../base/timeout.ts'
import { issuerAddress, issuerSpellings } from '../../settings/issuer-names.ts'

/**
 * The public keys of one issuer, fetched when first needed and kept. jose's own remote key set is not used because it
 * forgets good keys when a refresh fails, and reads the ambient clock.
 */
export interface KeySource {
  /** Finds keys among those at hand. @throws Problem `unavailable` without usable keys */
  current(): Promise<KeySet>
  /** Keys fetched after a token named one that `current` lacks; the same ones when the last fetch is too recent. */
  afterUnknownKey(): Promise<KeySet>
}

export interface KeySet {
  find: JWTVerifyGetKey
  /** Rises when a fetch brought other keys: tokens verified with older keys must be verified again. */
  revision: number
}

const FETCH_DURATION_MS_MAX = 5_000
const DOCUMENT_BYTES_MAX = 256 * 1024
/** Older keys are still used, and replaced in the background. */
const FRESH_MS = 10 * MINUTE_MS
/** Keys that could not be refreshed for so long are no longer trusted. */
const KEPT_MS = DAY_MS
/** Least time between two fetches that a token's unknown key, or a refresh that failed, may cause. */
const REFETCH_INTERVAL_MS = MINUTE_MS
/** Least time between two fetches while there are no keys at all. */
const RETRY_INTERVAL_MS = 1_000

const discoveryDocument = z.object({ issuer: z.string(), jwks_uri: z.string() })

interface Options {
  issuer: string
  jwks_url?: string | undefined
  clock: Clock
  /** Refuses an address that discovery names (a loopback one on the cloud). */
  acceptsUrl: (url: string) => boolean
  /** Called for every failed fetch. */
  onFault: (error: unknown) => void
}

export function createKeySource({ issuer, jwks_url, clock, acceptsUrl, onFault }: Options): KeySource {
  let keys: (KeySet & { text: string; fetched_ms: number }) | undefined
  let attempted_ms = -Infinity
  let pending: Promise<void> | undefined

  /** At most one fetch at a time; everyone who needs it waits for the same. Rejects when it fails. */
  const refresh = (): Promise<void> => {
    attempted_ms = clock.monotonicMs()
    pending ??= withTimeLimit(clock, FETCH_DURATION_MS_MAX, fetchKeys, () => new Error('the time limit has passed'))
      .catch((error: unknown) => {
        onFault(error)
        throw error
      })
      .finally(() => (pending = undefined))
    return pending
  }

  const fetchKeys = async (signal: AbortSignal): Promise<void> => {
    const url = jwks_url ?? (await discover(issuer, signal))
    if (!acceptsUrl(url)) throw new Error(`${issuer} publishes its keys at ${url}, an address that is not allowed here`)
    const text = await fetchText(url, signal)
    const fetched_ms = clock.monotonicMs()
    if (keys?.text === text) keys.fetched_ms = fetched_ms
    else {
      const find = createLocalJWKSet(JSON.parse(text) as Parameters<typeof createLocalJWKSet>[0])
      keys = { find, text, fetched_ms, revision: (keys?.revision ?? 0) + 1 }
    }
  }

  const current = async (): Promise<KeySet> => {
    const kept = keysAtHand()
    if (kept !== undefined) return kept
    await refresh().catch((cause: unknown) => {
      throw keysAway(cause)
    })
    if (keys === undefined) throw keysAway()
    return keys
  }

  /** The keys while they may be used, refreshed in the background when they are no longer fresh. @throws Problem */
  const keysAtHand = (): KeySet | undefined => {
    const now_ms = clock.monotonicMs()
    const age_ms = keys === undefined ? Infinity : now_ms - keys.fetched_ms
    if (keys !== undefined && age_ms < KEPT_MS) {
      if (age_ms > FRESH_MS && now_ms - attempted_ms >= REFETCH_INTERVAL_MS) void refresh().catch(() => undefined)
      return keys
    }
    if (pending === undefined && now_ms - attempted_ms < RETRY_INTERVAL_MS) throw keysAway()
    return undefined
  }

  return {
    current,
    async afterUnknownKey() {
      const may_fetch = pending !== undefined || clock.monotonicMs() - attempted_ms >= REFETCH_INTERVAL_MS
      // A failed refetch leaves the keys at hand: the token's key is unknown then, which is the caller's to say.
      if (may_fetch) await refresh().catch(() => undefined)
      return current()
    },
  }
}

/** The problem when no token can be verified. */
export function keysAway(cause?: unknown): Problem {
  const detail = 'Tokens cannot be verified now: the keys of their issuer are unavailable.'
  return new Problem('unavailable', detail, { retry_after_ms: 5_000, cause })
}

/** OpenID Connect Discovery 1.0, section 4. */
async function discover(issuer: string, signal: AbortSignal): Promise<string> {
  const text = await fetchText(`${issuerAddress(issuer).replace(/\/$/, '')}/.well-known/openid-configuration`, signal)
  const document = discoveryDocument.parse(JSON.parse(text))
  if (!issuerSpellings(issuer).includes(document.issuer)) {
    throw new Error(`the discovery document of ${issuer} is for another issuer`)
  }
  return document.jwks_uri
}

async function fetchText(url: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { signal, redirect: 'error', headers: { Accept: 'application/json' } })
  if (!response.ok) {
    await response.body?.cancel()
    throw new Error(`${url} answered ${response.status}`)
  }
  const { text, is_cut } = await textAtMost(response, DOCUMENT_BYTES_MAX)
  if (is_cut) throw new Error(`the answer of ${url} is longer than ${DOCUMENT_BYTES_MAX} bytes`)
  return text
}
