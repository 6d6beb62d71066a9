import * as z from 'zod/mini'

import {
  platform,
  platformFields,
  platformInput,
  platformPatch,
  platformStatus,
  platformType,
} from '../records/platform.ts'
import { batchRoute, platformActions } from './batch.ts'
import { duplicateRoute } from './copying.ts'
import { bomNeedsCsv, EXPORT_ANSWERS, exported } from './exporting.ts'
import { needsOneOf, neverNull, told, withMembers } from './openapi-schemas.ts'
import { paging } from './paging.ts'
import type { Routes } from './route.ts'
import { ifUnused, usageRoute } from './usage.ts'
import { PAST_SHAPE, versionRoutes } from './versions.ts'

/** The routes of the platforms function. */

/** Which fields each type has; `shared/ad-platforms` validates them. */
export const CREDENTIAL_FIELDS = [
  'the_trade_desk: api_key, account_id',
  'meta: access_token, account_id, app_secret?',
  'google_ads: client_id, client_secret, refresh_token, developer_token, customer_id, login_customer_id?',
  'linkedin: access_token, account_id',
  'tiktok: access_token, advertiser_id',
  'amazon_dsp: client_id, client_secret, refresh_token, profile_id, region',
  'liveramp: access_key_id, secret_access_key, bucket, region, prefix?',
].join('; ')

const credentials = z.unknown().check(
  z.meta({
    type: 'object',
    description: `Write-only; encrypted on arrival. Fields by platform type (? = optional): ${CREDENTIAL_FIELDS}.`,
  }),
)

/** What answers show of credentials may be sent back; nothing else. */
const ECHOED_CREDENTIALS = {
  anyOf: [{ type: 'object', properties: { encrypted: { const: true } }, required: ['encrypted'] }, { type: 'null' }],
}

/** A settings object is free but for these. */
const settings = {
  default_match_rate: () => ({ anyOf: [{ type: 'number', minimum: 0, maximum: 1 }, { type: 'null' }] }),
  auto_refresh: () => ({ type: ['boolean', 'null'] }),
  refresh_frequency: () => ({ enum: ['daily', 'weekly', 'monthly', null] }),
}
told(platform.shape.settings, withMembers(settings))

const filters = {
  platform_type: z.optional(platformType),
  status: z
    .optional(z.union([platformStatus, z.literal('all')]))
    .check(z.describe('Default, and with `all`: every status.')),
}

const success = { success: z.literal(true) }
const one = z.object({ ...success, platform })
const oneWithMessage = z.object({ ...success, platform, message: z.string() })
const saved = z.object({ ...success, platform_id: z.string(), platform, message: z.string() })

const tested = z.object({
  ...success,
  ok: z.boolean(),
  code: z
    .string()
    .check(
      z.describe(
        'ok, bad_token, no_access, wrong_account, rate_limited, unreachable, timeout or unexpected_answer: the ' +
          'result of the test',
      ),
    ),
  message: z.string(),
  checked_at: z.iso.datetime(),
})

/** As it was: what users set. */
const platformVersion = z.object({ platform_id: z.string(), ...PAST_SHAPE, ...z.partial(platformFields).shape })

const subject = {
  function: 'platforms',
  path: '/api/platforms/{platform_id}',
  noun: 'platform',
  a_noun: 'a platform',
} as const
const versions = versionRoutes(subject, platformVersion, platform)

export const platformRoutes = {
  savePlatform: {
    function: 'platforms',
    method: 'POST',
    path: '/api/platforms',
    summary: 'Save a platform: a new one, or the sent fields of the one whose id is given.',
    access: 'user',
    body: told(
      platformInput(credentials),
      neverNull('platform_type', 'name'),
      withMembers({ credentials: (member) => ({ anyOf: [member, { type: 'null' }] }) }),
      needsOneOf(['platform_id'], ['platform_type', 'name']),
    ),
    conditional: true,
    idempotent_by_key: true,
    answers: {
      200: { description: 'Changed, or already as sent.', body: saved },
      201: { description: 'Created.', body: saved },
    },
  },
  listPlatforms: {
    function: 'platforms',
    method: 'GET',
    path: '/api/platforms',
    summary: 'One page of platforms, newest first.',
    access: 'user',
    query: z.strictObject({ ...filters, ...paging }),
    answers: {
      200: {
        description: 'Credentials are never included, only their field names and hints.',
        body: z.object({
          ...success,
          platforms: z.array(platform),
          count: z.int(),
          next_cursor: z.nullable(z.string()),
        }),
      },
    },
  },
  exportPlatforms: {
    function: 'platforms',
    method: 'GET',
    path: '/api/platforms/export',
    summary: 'Download platforms, without their credentials.',
    access: 'user',
    query: z.strictObject({ ...filters, ...exported }).check(bomNeedsCsv),
    answers: EXPORT_ANSWERS,
  },
  batchPlatforms: batchRoute(
    { function: 'platforms', path: '/api/platforms', plural: 'platforms' },
    platformActions,
    filters,
  ),
  getPlatform: {
    function: 'platforms',
    method: 'GET',
    path: '/api/platforms/{platform_id}',
    summary: 'One platform.',
    access: 'user',
    query: z.strictObject({}),
    answers: {
      200: { description: 'The platform.', body: one },
      304: { description: 'Unchanged since the version in `If-None-Match`.' },
    },
  },
  patchPlatform: {
    function: 'platforms',
    method: 'PATCH',
    path: '/api/platforms/{platform_id}',
    summary: 'Change a platform by a JSON merge patch (RFC 7396).',
    access: 'user',
    body: told(
      platformPatch,
      neverNull('platform_type', 'name'),
      withMembers({ credentials: () => ECHOED_CREDENTIALS }),
    ),
    conditional: true,
    answers: { 200: { description: 'The platform as it is now.', body: one } },
  },
  deletePlatform: {
    function: 'platforms',
    method: 'DELETE',
    path: '/api/platforms/{platform_id}',
    summary: 'Delete a platform, and its credentials immediately. It can be restored without them for 90 days.',
    access: 'user',
    query: ifUnused,
    conditional: true,
    answers: { 204: { description: 'Deleted.' } },
  },
  restorePlatform: {
    function: 'platforms',
    method: 'POST',
    path: '/api/platforms/{platform_id}/restore',
    summary: 'Undelete a platform: it comes back `pending` and without credentials.',
    access: 'user',
    idempotent_by_key: true,
    answers: { 200: { description: 'The platform as it is now.', body: oneWithMessage } },
  },
  setPlatformStatus: {
    function: 'platforms',
    method: 'PUT',
    path: '/api/platforms/{platform_id}/status',
    summary: 'Disconnect a platform, or make a disconnected one pending. Only a test connects it.',
    access: 'user',
    query: ifUnused,
    body: z.strictObject({ status: platformStatus }),
    conditional: true,
    answers: { 200: { description: 'The platform as it is now.', body: oneWithMessage } },
  },
  replacePlatformCredentials: {
    function: 'platforms',
    method: 'PUT',
    path: '/api/platforms/{platform_id}/credentials',
    summary: 'Replace the credentials of a platform, which is then `pending` until they are tested.',
    access: 'user',
    body: z.strictObject({ credentials }),
    conditional: true,
    answers: { 200: { description: 'The platform as it is now.', body: oneWithMessage } },
  },
  testPlatform: {
    function: 'platforms',
    method: 'POST',
    path: '/api/platforms/{platform_id}/test',
    summary: 'Call the platform with its credentials, and set it to `connected` or `error` by the result.',
    access: 'user',
    idempotent_by_key: true,
    answers: { 200: { description: 'The result of the test, which may be a failure.', body: tested } },
  },
  exportPlatform: {
    function: 'platforms',
    method: 'GET',
    path: '/api/platforms/{platform_id}/export',
    summary: 'Download one platform, without its credentials.',
    access: 'user',
    query: z.strictObject(exported).check(bomNeedsCsv),
    answers: EXPORT_ANSWERS,
  },
  duplicatePlatform: duplicateRoute(subject, saved),
  getPlatformUsage: usageRoute(subject),
  listPlatformVersions: versions.list,
  getPlatformVersion: versions.get,
  restorePlatformVersion: versions.restore,
  forgetPlatformVersions: versions.forget,
} as const satisfies Routes
