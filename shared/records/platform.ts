import * as z from 'zod/mini'

import type { FieldError } from '../base/problem.ts'
import { columnsOf } from './columns.ts'
import { freeObject, metadata, text } from './fields.ts'
import { READ_ONLY_SHAPE, SYSTEM_SHAPE, type RecordKind } from './record-kind.ts'
import { humanMessage } from './validation/messages.ts'

/** A platform: an account at an ad platform, with the credentials to reach it, sealed. */

export const PLATFORM_TYPES = [
  'the_trade_desk',
  'meta',
  'google_ads',
  'linkedin',
  'tiktok',
  'amazon_dsp',
  'liveramp',
] as const
export type PlatformType = (typeof PLATFORM_TYPES)[number]

const PLATFORM_STATUSES = ['pending', 'connected', 'disconnected', 'error'] as const

/** How the old system spelled them; read everywhere, stored and answered nowhere. */
const OLD_TYPES = {
  facebook: 'meta',
  google: 'google_ads',
  thetradedesk: 'the_trade_desk',
  amazon: 'amazon_dsp',
} as const
const OLD_STATUSES = { active: 'connected', inactive: 'disconnected' } as const

export const platformType = spelled(PLATFORM_TYPES, OLD_TYPES)
export const platformStatus = spelled(PLATFORM_STATUSES, OLD_STATUSES)

/** One of `names`, or an old spelling of one, which is read as the new one. */
function spelled<Name extends string, Old extends string>(names: readonly Name[], old: Readonly<Record<Old, Name>>) {
  const message = `must be one of ${names.map((name) => JSON.stringify(name)).join(', ')}`
  return z.pipe(
    z.enum([...names, ...(Object.keys(old) as Old[])], { error: message }),
    z.transform((name): Name => (Object.hasOwn(old, name) ? old[name as Old] : (name as Name))),
  )
}

const knownSettings = z.object({
  default_match_rate: z.nullish(z.number().check(z.minimum(0), z.maximum(1))),
  auto_refresh: z.nullish(z.boolean()),
  refresh_frequency: z.nullish(z.enum(['daily', 'weekly', 'monthly'])),
})

/** Free JSON, of which these are read: `default_match_rate` 0–1, `auto_refresh`, `refresh_frequency`. */
const settings = freeObject.check(
  z.superRefine((value, context) => {
    const { error } = knownSettings.safeParse(value, { error: humanMessage })
    for (const { path, message } of error?.issues ?? []) context.addIssue({ code: 'custom', path, message })
  }),
)

/** Everything a client may set, whole and in its final form. */
const platformFields = z.strictObject({
  platform_type: z.enum(PLATFORM_TYPES),
  status: z.enum(PLATFORM_STATUSES),
  name: text(200).check(z.minLength(1)),
  settings,
  metadata,
})

const lastTest = z.object({ at: z.iso.datetime(), ok: z.boolean(), code: z.string(), message: z.string() })

/** What answers tell of credentials: that there are some, and the end of those that are no secrets. */
const credentialsView = z.object({
  encrypted: z.literal(true),
  fields: z.array(z.string()),
  hint: z.record(z.string(), z.string()),
  updated_at: z.iso.datetime(),
})

/** What the server alone sets; answers show it. */
const serverShape = {
  last_sync_at: z.nullable(z.iso.datetime()),
  last_test: z.nullable(lastTest),
  credentials: z.nullable(credentialsView),
}

/** The shape of a platform in an answer, for the contract. */
export const platform = z.object({
  platform_id: z.string(),
  ...READ_ONLY_SHAPE,
  ...platformFields.shape,
  ...serverShape,
})

/** Fields that a client may echo back: accepted and ignored. */
const ECHOED_FIELDS = ['created_at', 'updated_at', 'version', 'deleted', 'client_id', 'last_sync_at', 'last_test']
const echoed = Object.fromEntries(ECHOED_FIELDS.map((name) => [name, z.optional(z.unknown())]))

function withoutEchoed<T extends Record<string, unknown>>(input: T): T {
  const sent = Object.entries(input).filter(([name, value]) => {
    return !ECHOED_FIELDS.includes(name) && !(name === 'credentials' && isEchoedCredentials(value))
  })
  return Object.fromEntries(sent) as T
}

/** What answers show of credentials, sent back. */
function isEchoedCredentials(value: unknown): boolean {
  return isNil(value) || (isRecord(value) && value['encrypted'] === true)
}

function isNil(value: unknown): value is null | undefined {
  return value === null || value === undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const sentFields = z.strictObject({
  platform_type: z.nullish(platformType),
  status: z.nullish(platformStatus),
  name: z.nullish(platformFields.shape.name),
  settings: z.nullish(settings),
  metadata: z.nullish(metadata),
  platform_id: z.optional(z.string().check(z.maxLength(300))),
  ...echoed,
})

/** What is wrong with credentials of a type; messages never have the value. */
export type CredentialCheck = (type: PlatformType, credentials: unknown) => readonly FieldError[]

/**
 * Body of a creation or of a save with an id: any of the fields; null = back to the default.
 * @param check the fields that the type needs. Which those are is not known here; with it, what is wrong with the
 * credentials is told together with everything else
 */
export function platformInput(credentials: z.ZodMiniType, check: CredentialCheck = () => []) {
  return z.pipe(
    z.extend(sentFields, { credentials: z.optional(credentials) }).check(
      z.superRefine(
        (sent: unknown, context) => {
          if (!isRecord(sent)) return
          const require = (name: string) => {
            if (isNil(sent[name])) context.addIssue({ code: 'custom', path: [name], message: 'is required' })
          }
          if (isNil(sent['platform_id'])) ['platform_type', 'name'].forEach(require)
          const type = platformType.safeParse(sent['platform_type'])
          if (!type.success || isEchoedCredentials(sent['credentials'])) return
          for (const { path, message } of check(type.data, sent['credentials'])) {
            context.addIssue({ code: 'custom', path: [path], message })
          }
        },
        { when: () => true },
      ),
    ),
    z.transform(withoutEchoed),
  )
}

/** Body of a merge patch (RFC 7396): null removes, objects merge. The merged record is validated as a whole. */
export const platformPatch = z.pipe(
  z.extend(sentFields, {
    settings: z.nullish(z.record(z.string(), z.unknown())),
    metadata: z.nullish(z.record(z.string(), z.unknown())),
    credentials: z.optional(
      z.unknown().check(
        z.refine(isEchoedCredentials, {
          error: 'can be replaced by PUT /api/platforms/{platform_id}/credentials only',
        }),
      ),
    ),
  }),
  z.transform(withoutEchoed),
)

/** Column of what seals the credentials, as `shared/credentials` makes it. */
export const SEALED_CREDENTIALS = 'sealed_credentials'

export const PLATFORMS: RecordKind = {
  name: 'platforms',
  noun: 'platform',
  id_prefix: 'plat',
  id_column: 'platform_id',
  partitioned_by: 'user',
  columns: columnsOf(
    {
      platform_id: z.string(),
      ...SYSTEM_SHAPE,
      ...platformFields.shape,
      ...serverShape,
      [SEALED_CREDENTIALS]: z.record(z.string(), z.unknown()),
    },
    ['platform_id', 'created_at', 'updated_at', 'version', 'rev', 'deleted', 'status', 'platform_type'],
  ),
  // A listing does not even decode them.
  detail_columns: [SEALED_CREDENTIALS],
  derive: () => ({}),
  hidden_columns: [SEALED_CREDENTIALS],
  immutable_fields: ['platform_type'],
  fields: platformFields,
  defaults: { status: 'pending', settings: {}, metadata: {} },
  initial_statuses: ['pending', 'disconnected'],
  transitions: { pending: [], connected: ['disconnected'], error: ['disconnected'], disconnected: ['pending'] },
  set_by_server: { connected: 'a test that succeeds', error: 'a test that fails' },
  deletion_sets: { status: 'pending', credentials: null, [SEALED_CREDENTIALS]: null, last_test: null },
}
