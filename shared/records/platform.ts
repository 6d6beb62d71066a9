import { isObject } from '../base/is-object.ts'
import * as z from 'zod/mini'

import { freeObject, metadata, NAME_LENGTH_MAX, text, utcTime } from './fields.ts'
import { defineRecordKind, READ_ONLY_SHAPE, type RecordOf, type RowOf } from './record-kind.ts'
import { echoedMembers, isNil, sentFields, sentId, withoutMembers } from './sent-fields.ts'
import { FieldErrors } from './validation/field-errors.ts'
import { humanMessage } from './validation/messages.ts'
import { issueOf } from './validation/validate.ts'

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

/** Every spelling that is read. */
export const PLATFORM_SPELLINGS = {
  type: [...PLATFORM_TYPES, ...Object.keys(OLD_TYPES)],
  status: [...PLATFORM_STATUSES, ...Object.keys(OLD_STATUSES)],
}

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
export const platformFields = z.strictObject({
  platform_type: z.enum(PLATFORM_TYPES),
  status: z.enum(PLATFORM_STATUSES),
  name: text(NAME_LENGTH_MAX).check(z.minLength(1)),
  settings,
  metadata,
})

const lastTest = z.object({ at: utcTime(), ok: z.boolean(), code: z.string(), message: z.string() })

/** What answers tell of credentials: that there are some, and the end of those that are no secrets. */
const credentialsView = z.object({
  encrypted: z.literal(true),
  fields: z.array(z.string()),
  hint: z.record(z.string(), z.string()),
  updated_at: utcTime(),
})

/** What the server alone sets; answers show it. */
const serverShape = {
  last_sync_at: z.nullable(utcTime()),
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

/** What answers show and no client sets. */
const ECHOED_NAMES = [
  'created_at',
  'updated_at',
  'version',
  'deleted',
  'client_id',
  'updated_by',
  'last_sync_at',
  'last_test',
] as const
const withoutEchoedMembers = withoutMembers(ECHOED_NAMES)

const withoutCredentials = withoutMembers(['credentials'])

function withoutEchoed<Sent extends { readonly credentials?: unknown }>(sent: Sent) {
  const others = withoutEchoedMembers(sent)
  return isEchoedCredentials(sent.credentials) ? (withoutCredentials(others) as typeof others) : others
}

/** What answers show of credentials, sent back. */
function isEchoedCredentials(value: unknown): boolean {
  return isNil(value) || (isObject(value) && value['encrypted'] === true)
}

const sent = z.strictObject({
  ...sentFields({ ...platformFields.shape, platform_type: platformType, status: platformStatus }),
  platform_id: sentId,
  ...echoedMembers(ECHOED_NAMES),
})

/** What is wrong with credentials of a type; messages never have the value. */
export type CredentialCheck = (type: PlatformType, credentials: unknown) => FieldErrors

/**
 * Body of a creation or of a save with an id: any of the fields; null = back to the default.
 * @param check the fields that the type needs. Which those are is not known here; with it, what is wrong with the
 * credentials is told together with everything else
 */
export function platformInput(credentials: z.ZodMiniType, check: CredentialCheck = () => new FieldErrors()) {
  return z.pipe(
    z.extend(sent, { credentials: z.optional(credentials) }).check(
      z.superRefine(
        (sent: unknown, context) => {
          if (!isObject(sent)) return
          const require = (name: string) => {
            if (isNil(sent[name])) context.addIssue({ code: 'custom', path: [name], message: 'is required' })
          }
          if (isNil(sent['platform_id'])) ['platform_type', 'name'].forEach(require)
          const type = platformType.safeParse(sent['platform_type'])
          if (!type.success || isEchoedCredentials(sent['credentials'])) return
          const faults = check(type.data, sent['credentials'])
          if (faults.count > 0) context.addIssue(issueOf(faults))
        },
        { when: () => true },
      ),
    ),
    z.transform(withoutEchoed),
  )
}

/** Body of a merge patch (RFC 7396): null removes, objects merge. The merged record is validated as a whole. */
export const platformPatch = z.pipe(
  z.extend(sent, {
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

export const PLATFORMS = defineRecordKind({
  name: 'platforms',
  noun: 'platform',
  id_prefix: 'plat',
  id_column: 'platform_id',
  partitioned_by: 'user',
  fields: platformFields,
  server: serverShape,
  derived: {},
  derive: () => ({}),
  derived_from: [],
  hidden: { [SEALED_CREDENTIALS]: z.nullable(z.record(z.string(), z.unknown())) },
  // A listing does not even decode them.
  details: [SEALED_CREDENTIALS],
  statistics: ['platform_type'],
  immutable_fields: ['platform_type'],
  progress_fields: ['status'],
  defaults: { status: 'pending', settings: {}, metadata: {} },
  initial_statuses: ['pending', 'disconnected'],
  transitions: { pending: [], connected: ['disconnected'], error: ['disconnected'], disconnected: ['pending'] },
  secrets: ['credentials'],
  set_by_server: { connected: 'a test that succeeds', error: 'a test that fails' },
  deletion_sets: { status: 'pending', credentials: null, [SEALED_CREDENTIALS]: null, last_test: null },
})
export type PlatformRow = RowOf<typeof PLATFORMS>
export type PlatformRecord = RecordOf<typeof PLATFORMS>
