import * as z from 'zod/mini'

import {
  audience,
  audienceDataType,
  audienceFields,
  audienceInput,
  audiencePatch,
  audienceStatus,
  audienceSummary,
} from '../records/audience.ts'
import { audienceInsights } from './audience-insights.ts'
import { duplicateRoute } from './copying.ts'
import { audienceDistributionsQuery, distributionPage } from './distributions.ts'
import { batchRoute, audienceActions } from './batch.ts'
import { bomNeedsCsv, EXPORT_ANSWERS, exported } from './exporting.ts'
import { needsOneOf, neverNull, told } from './openapi-schemas.ts'
import { paging } from './paging.ts'
import type { Routes } from './route.ts'
import { tagRoutes } from './tags.ts'
import { ifUnused, usageRoute } from './usage.ts'
import { PAST_SHAPE, versionRoutes } from './versions.ts'

/** The routes of the audiences function. */

const statusFilter = z
  .enum([...audienceStatus.options, 'all'])
  .check(z.describe('Default: drafts and active ones; `all` also returns archived ones.'))

const filters = {
  status: z.optional(statusFilter),
  data_type: z.optional(audienceDataType),
  tag: z.optional(z.array(z.string().check(z.minLength(1), z.maxLength(200))).check(z.maxLength(20))),
  q: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
}

const audienceSort = z.enum([
  '-created_at',
  'created_at',
  'name',
  '-name',
  'size',
  '-size',
  'updated_at',
  '-updated_at',
])
export type AudienceSort = z.output<typeof audienceSort>

const listQuery = z
  .strictObject({
    ...filters,
    sort: z.optional(audienceSort),
    ...paging,
    // One of a list by name has the name.
    cursor: z.optional(z.string().check(z.maxLength(4000))),
    view: z.optional(z.enum(['summary', 'full'])),
  })
  .check(
    z.refine(({ sort, view }) => view !== 'full' || isByAge(sort), {
      path: ['view'],
      error: 'must be left out with this sort: only lists by age have whole records',
    }),
  )

/** Whether rows come in the order in which they lie: in any other one each whole record costs unpacking its neighbours. */
export const isByAge = (sort: AudienceSort | undefined): boolean => sort === undefined || sort === '-created_at'

const success = { success: z.literal(true) }
const one = z.object({ ...success, audience })
const oneWithMessage = z.object({ ...success, audience, message: z.string() })
const saved = z.object({ ...success, audience_id: z.string(), audience, message: z.string() })

/** As it was: what users set. */
const audienceVersion = z.object({ audience_id: z.string(), ...PAST_SHAPE, ...z.partial(audienceFields).shape })

const subject = {
  function: 'audiences',
  path: '/api/audiences/{audience_id}',
  noun: 'audience',
  a_noun: 'an audience',
} as const
const versions = versionRoutes(subject, audienceVersion, audience)

export const audienceRoutes = {
  saveAudience: {
    function: 'audiences',
    method: 'POST',
    path: '/api/audiences',
    summary: 'Save an audience: a new one, or the sent fields of the one whose id is given.',
    access: 'user',
    body: told(audienceInput, neverNull('name'), needsOneOf(['audience_id'], ['name'])),
    conditional: true,
    idempotent_by_key: true,
    answers: {
      200: { description: 'Changed, or already as sent.', body: saved },
      201: { description: 'Created.', body: saved },
    },
  },
  listAudiences: {
    function: 'audiences',
    method: 'GET',
    path: '/api/audiences',
    summary: 'One page of audiences, newest first unless `sort` says otherwise.',
    access: 'user',
    query: listQuery,
    answers: {
      200: {
        description: 'Rows are summaries unless `view=full`.',
        body: z.object({
          ...success,
          audiences: z.array(z.union([audience, audienceSummary])),
          count: z.int(),
          next_cursor: z.nullable(z.string()),
        }),
      },
    },
  },
  exportAudiences: {
    function: 'audiences',
    method: 'GET',
    path: '/api/audiences/export',
    summary: 'Download audiences.',
    access: 'user',
    query: z.strictObject({ ...filters, ...exported }).check(bomNeedsCsv),
    answers: EXPORT_ANSWERS,
  },
  batchAudiences: batchRoute(
    { function: 'audiences', path: '/api/audiences', plural: 'audiences' },
    audienceActions,
    filters,
  ),
  getAudience: {
    function: 'audiences',
    method: 'GET',
    path: '/api/audiences/{audience_id}',
    summary: 'One audience, with all details.',
    access: 'user',
    query: z.strictObject({}),
    answers: {
      200: { description: 'The audience.', body: one },
      304: { description: 'Unchanged since the version in `If-None-Match`.' },
    },
  },
  patchAudience: {
    function: 'audiences',
    method: 'PATCH',
    path: '/api/audiences/{audience_id}',
    summary: 'Change an audience by a JSON merge patch (RFC 7396).',
    access: 'user',
    body: told(audiencePatch, neverNull('name')),
    conditional: true,
    answers: { 200: { description: 'The audience as it is now.', body: one } },
  },
  deleteAudience: {
    function: 'audiences',
    method: 'DELETE',
    path: '/api/audiences/{audience_id}',
    summary: 'Delete an audience. It can be restored for 90 days.',
    access: 'user',
    query: ifUnused,
    conditional: true,
    answers: { 204: { description: 'Deleted.' } },
  },
  restoreAudience: {
    function: 'audiences',
    method: 'POST',
    path: '/api/audiences/{audience_id}/restore',
    summary: 'Undelete an audience with its former status, or bring an archived one back to active.',
    access: 'user',
    idempotent_by_key: true,
    answers: { 200: { description: 'The audience as it is now.', body: oneWithMessage } },
  },
  setAudienceStatus: {
    function: 'audiences',
    method: 'PUT',
    path: '/api/audiences/{audience_id}/status',
    summary: 'Move an audience to a status.',
    access: 'user',
    query: ifUnused,
    body: z.strictObject({ status: audienceStatus }),
    conditional: true,
    answers: { 200: { description: 'The audience as it is now.', body: oneWithMessage } },
  },
  listAudienceDistributions: {
    function: 'audiences',
    method: 'GET',
    path: '/api/audiences/{audience_id}/distributions',
    summary: 'One page of the distributions of the audience, newest first.',
    access: 'user',
    query: audienceDistributionsQuery,
    answers: { 200: { description: 'Without snapshots and attempts.', body: distributionPage } },
  },
  exportAudience: {
    function: 'audiences',
    method: 'GET',
    path: '/api/audiences/{audience_id}/export',
    summary: 'Download one audience.',
    access: 'user',
    query: z.strictObject(exported).check(bomNeedsCsv),
    answers: EXPORT_ANSWERS,
  },
  duplicateAudience: duplicateRoute(subject, saved),
  getAudienceUsage: usageRoute(subject),
  getInsightsOfAudience: {
    function: 'audiences',
    method: 'GET',
    path: '/api/audiences/{audience_id}/insights',
    summary: 'The sizes of an audience over time, and its hand-overs by platform.',
    access: 'user',
    query: z.strictObject({}),
    answers: { 200: { description: 'Null is what is not known: never 0.', body: audienceInsights } },
  },
  listAudienceVersions: versions.list,
  getAudienceVersion: versions.get,
  restoreAudienceVersion: versions.restore,
  forgetAudienceVersions: versions.forget,
  ...tagRoutes,
} as const satisfies Routes
