import type { platformRoutes } from '#shared/contract/platforms.ts'
import { batchText } from './batch.ts'
import { downloads, FORMATS } from './downloads.ts'
import { CONDITIONS, KEYS, page, success, type TextsOf } from './operation-text.ts'
import { AUDIENCE, CREDENTIALS, PLATFORM, USAGE } from './records.ts'
import { platformFields } from '#shared/records/platform.ts'
import { versionTexts } from './versions.ts'

const { platform_id, platform_type, name, settings } = PLATFORM
const untested = { ...PLATFORM, status: 'pending', last_test: null, last_sync_at: null }

const copied = {
  message: 'Platform copied; it is pending and needs its credentials',
  platform_id,
  platform: {
    ...untested,
    name: 'Our second seat',
    credentials: null,
    version: 1,
    metadata: { copied_from: { platform_id, version: 3 } },
  },
}

const versions = versionTexts('platform', PLATFORM, Object.keys(platformFields.shape))

export const platformTexts: TextsOf<typeof platformRoutes> = {
  savePlatform: {
    description:
      'Without `platform_id` a new platform is created, which needs `platform_type` and `name`. With the id of a platform only the ' +
      'fields that are sent change; its type never does. Credentials are encrypted on arrival, and no answer shows them. ' +
      KEYS,
    request: { platform_type, name, credentials: CREDENTIALS, settings },
    answers: {
      200: success({ message: 'Platform updated', platform_id, platform: PLATFORM }),
      201: success({ message: 'Platform saved', platform_id, platform: { ...untested, version: 1 } }),
    },
  },
  listPlatforms: {
    description: '`count` is the number of rows of this page; `next_cursor` is null on the last one.',
    answers: { 200: success({ platforms: [PLATFORM], ...page(1) }) },
  },
  exportPlatforms: {
    description: `All platforms that the filters leave, as answers show them, as one file. Credentials are in no file. ${FORMATS}`,
    downloads: downloads('platforms', PLATFORM),
  },
  batchPlatforms: batchText(
    'platform',
    'platforms',
    [platform_id, 'plat_01h455vb4pex5vsknk084sn02r'],
    '`delete` drops the credentials, too; `undelete`, by `ids` only, brings a platform back, pending and without credentials.',
  ),
  getPlatform: {
    description: 'The platform, with the names of its credential fields and the ends of those that are no secrets.',
    answers: { 200: success({ platform: PLATFORM }) },
  },
  patchPlatform: {
    description:
      'Members that are sent replace the stored ones, objects are merged, and null sets a member back to its default. Credentials are ' +
      `replaced by their own route. ${CONDITIONS}`,
    request: { name: 'Our second seat', settings: { refresh_frequency: 'daily' } },
    answers: {
      200: success({
        platform: { ...PLATFORM, name: 'Our second seat', settings: { ...settings, refresh_frequency: 'daily' } },
      }),
    },
  },
  deletePlatform: {
    description: `The platform is no longer listed, and nothing can be distributed to it. ${CONDITIONS}`,
  },
  restorePlatform: {
    description: `Works for 90 days after a deletion. The credentials have to be sent again. ${KEYS}`,
    answers: {
      200: success({ message: 'Platform restored; it is pending', platform: { ...untested, credentials: null } }),
    },
  },
  setPlatformStatus: {
    description: `From connected or error to disconnected, from disconnected to pending; any other move is 409. ${CONDITIONS}`,
    request: { status: 'disconnected' },
    answers: {
      200: success({ message: 'Platform is disconnected', platform: { ...PLATFORM, status: 'disconnected' } }),
    },
  },
  replacePlatformCredentials: {
    description: `All fields of the type have to be sent: nothing of the former credentials is kept. ${CONDITIONS}`,
    request: { credentials: CREDENTIALS },
    answers: { 200: success({ message: 'Credentials replaced', platform: untested }) },
  },
  testPlatform: {
    description:
      'One cheap call of the platform, within ten seconds. Whatever it answers, this request succeeds; `ok`, `code` and `message` have ' +
      `the result. ${KEYS}`,
    answers: {
      200: success({
        ok: true,
        code: 'ok',
        message: 'The platform accepts the credentials.',
        checked_at: '2025-05-28T14:02:11.402Z',
      }),
    },
  },
  exportPlatform: {
    description: `One platform as a file that has its name. Credentials are in no file. ${FORMATS}`,
    downloads: downloads('platforms', PLATFORM),
  },
  duplicatePlatform: {
    description:
      'The copy has everything that users set of the platform but its credentials: it is `pending` until it gets its own. ' +
      '`metadata.copied_from` has the id and version of the platform that was copied, which the conditions are about. A client that ' +
      `chooses the id of the copy gets the same copy again when it repeats the request. ${KEYS}`,
    request: { name: 'Our second seat' },
    answers: { 200: success(copied), 201: success(copied) },
  },
  getPlatformUsage: {
    description:
      'Who would miss the platform: distributions that are not done yet, and audiences that are sent to it regularly, counted as they ' +
      'were sent: one that was archived or deleted since still counts. With `if_unused=true` disconnecting and deleting the platform ' +
      'are refused while there are any.',
    answers: { 200: success({ usage: { ...USAGE, refreshing_on: [AUDIENCE.audience_id] } }) },
  },
  listPlatformVersions: versions.list,
  getPlatformVersion: versions.get,
  restorePlatformVersion: versions.restore,
  forgetPlatformVersions: versions.forget,
}
