import type { audienceRoutes } from '#shared/contract/audiences.ts'
import { batchText } from './batch.ts'
import { downloads, FORMATS } from './downloads.ts'
import { CONDITIONS, KEYS, page, success, type TextsOf } from './operation-text.ts'
import { AUDIENCE, AUDIENCE_SENT, AUDIENCE_SUMMARY, DISTRIBUTION_SUMMARY, PLATFORM, USAGE } from './records.ts'
import { audienceFields } from '#shared/records/audience.ts'
import { versionTexts } from './versions.ts'

const { audience_id } = AUDIENCE

const COPY = {
  ...AUDIENCE,
  name: 'Eco-conscious millennials, autumn',
  status: 'draft',
  version: 1,
  metadata: { ...AUDIENCE.metadata, copied_from: { audience_id, version: 3 } },
}

const versions = versionTexts('audience', AUDIENCE, Object.keys(audienceFields.shape))

export const audienceTexts: TextsOf<typeof audienceRoutes> = {
  saveAudience: {
    description:
      'Without `audience_id` a new audience is created, which needs a `name`. With the id of an audience only the fields that are sent ' +
      'change. A client that was offline may choose the id of a new audience (a TypeID whose time is not ahead): then repeating the ' +
      `request is safe as it is. ${KEYS}`,
    request: AUDIENCE_SENT,
    answers: {
      200: success({ message: 'Audience updated', audience_id, audience: AUDIENCE }),
      201: success({ message: 'Audience saved', audience_id, audience: { ...AUDIENCE, version: 1 } }),
    },
  },
  listAudiences: {
    description:
      'Rows are summaries: how many segments and variables an audience has, but not which segments and details. `view=full` returns ' +
      'whole audiences. `count` is the number of rows of this page; `next_cursor` is null on the last one. Sorted by what can change, a ' +
      'row that changes between two pages may come again (`-updated_at`: when it was on an earlier page) or not at all. A request that names its ' +
      'user in the query, as clients of the old system do, gets whole audiences, with a `total_audience_size` of 0 when it is not known.',
    answers: { 200: success({ audiences: [AUDIENCE_SUMMARY], ...page(1) }) },
  },
  exportAudiences: {
    description: `All audiences that the filters leave, as one file. ${FORMATS}`,
    downloads: downloads('audiences', AUDIENCE),
  },
  batchAudiences: batchText(
    'audience',
    'audiences',
    [audience_id, 'aud_01h455vb4pex5vsknk084sn02r'],
    '`archive`; `restore`: an archived one is active again; `delete` leaves a tombstone; `undelete`, by `ids` only, brings back what ' +
      'was deleted.',
  ),
  getAudience: {
    description: 'The whole audience, with segments and details. Its version is the `ETag`.',
    answers: { 200: success({ audience: AUDIENCE }) },
  },
  patchAudience: {
    description: `Members that are sent replace the stored ones, objects are merged, and null sets a member back to its default. ${CONDITIONS}`,
    request: { name: 'Green city people', metadata: { tags: ['spring', 'city'] } },
    answers: {
      200: success({ audience: { ...AUDIENCE, name: 'Green city people', metadata: { tags: ['spring', 'city'] } } }),
    },
  },
  deleteAudience: {
    description: `The audience is no longer listed, and every other route answers 404 for it. ${CONDITIONS}`,
  },
  restoreAudience: {
    description: `Works for 90 days after a deletion. A record that is neither deleted nor archived is 409. ${KEYS}`,
    answers: { 200: success({ message: 'Audience restored; it is active', audience: AUDIENCE }) },
  },
  setAudienceStatus: {
    description: `From draft to active or archived, from active to archived, from archived to active; any other move is 409. ${CONDITIONS}`,
    request: { status: 'archived' },
    answers: { 200: success({ message: 'Audience is archived', audience: { ...AUDIENCE, status: 'archived' } }) },
  },
  listAudienceDistributions: {
    description: 'Where and when the audience was sent. The same rows as in the list of all distributions.',
    answers: { 200: success({ distributions: [DISTRIBUTION_SUMMARY], ...page(1) }) },
  },
  exportAudience: {
    description: `One audience as a file that has its name. ${FORMATS}`,
    downloads: downloads('audiences', AUDIENCE),
  },
  duplicateAudience: {
    description:
      'The copy is a draft with everything that users set of the audience, and with `metadata.copied_from`, its id and version. The ' +
      'conditions are about the audience that is copied. A client that chooses the id of the copy gets the same copy again when it ' +
      `repeats the request. ${KEYS}`,
    request: { name: 'Eco-conscious millennials, autumn' },
    answers: {
      200: success({ message: 'Audience copied', audience_id, audience: COPY }),
      201: success({ message: 'Audience copied', audience_id, audience: COPY }),
    },
  },
  getAudienceUsage: {
    description:
      'Who would miss the audience: distributions that are not done yet, and platforms that get it again regularly. With ' +
      '`if_unused=true` archiving and deleting it are refused while there are any.',
    answers: { 200: success({ usage: USAGE }) },
  },
  getInsightsOfAudience: {
    description:
      'Sizes come from the audience and the past that is kept of it: `kept_since_version` says how far it reaches, and `gap` whether ' +
      'something before that was not recorded. Nothing is estimated.',
    answers: {
      200: success({
        sizes: [
          {
            version: 3,
            at: AUDIENCE.updated_at,
            total: 300000,
            segments: [{ segment_id: 0, name: 'Urban greens', size: 125000 }],
          },
          { version: 1, at: AUDIENCE.created_at, total: 240000, segments: [] },
        ],
        kept_since_version: 1,
        gap: false,
        platforms: [
          {
            platform_id: PLATFORM.platform_id,
            platform_name: PLATFORM.name,
            platform_type: PLATFORM.platform_type,
            handed_over: 2,
            completed: 1,
            failed: 1,
            total_records: 300000,
            matched_records: 210000,
            match_rate: 0.7,
            last_at: DISTRIBUTION_SUMMARY.completed_at,
          },
        ],
        platform_count: 1,
      }),
    },
  },
  listTags: {
    description:
      'Tags of more than 200 characters, which no filter takes, are left out. `count` is the number of tags of this page; `next_cursor` ' +
      'is null on the last one.',
    answers: { 200: success({ tags: [{ tag: 'spring', live: 12, archived: 3 }], ...page(1) }) },
  },
  renameTag: {
    description:
      'Every audience that has `from` gets `to` in its place, archived and deleted ones, too, as one more change of each; one that has ' +
      'both keeps `to`. Asked again it finds nothing to do, and is `unchanged`. With `more: true` ask again for the rest.',
    request: { from: 'spring', to: 'spring 2025' },
    answers: { 200: success({ outcome: 'changed', changed: 15, left: [], left_count: 0, more: false }) },
  },
  listAudienceVersions: versions.list,
  getAudienceVersion: versions.get,
  restoreAudienceVersion: versions.restore,
  forgetAudienceVersions: versions.forget,
}
