import * as z from 'zod/mini'

import { distributionReport } from '../records/distribution-report.ts'
import {
  distribution,
  distributionFields,
  distributionInput,
  distributionStatus,
  distributionSummary,
} from '../records/distribution.ts'
import { instant } from '../records/fields.ts'
import { bomNeedsCsv, EXPORT_ANSWERS, exported } from './exporting.ts'
import { needsOneOf, neverNull, told } from './openapi-schemas.ts'
import { paging } from './paging.ts'
import type { Routes } from './route.ts'
import { PAST_SHAPE, versionRoutes } from './versions.ts'

/** The routes of the distributions function. */

/** A day of UTC or a moment; text, because a day means its first or its last moment. */
const dayOrInstant = z.union([z.iso.date(), instant])

const filters = {
  status: z.optional(distributionStatus),
  from: z.optional(dayOrInstant),
  to: z.optional(dayOrInstant),
}
const id = z.optional(z.string().check(z.minLength(1), z.maxLength(300)))

/** Of the distributions of one audience. */
export const audienceDistributionsQuery = z.strictObject({ platform_id: id, ...filters, ...paging })

const allFilters = z.strictObject({ platform_id: id, ...filters, audience_id: id })
/** Which distributions a list or an export has. */
export type DistributionFilters = z.output<typeof allFilters>

const listQuery = z.extend(allFilters, paging)
/** What a listing of distributions asks for. */
export type DistributionQuery = z.output<typeof listQuery>

const success = { success: z.literal(true) }
const one = z.object({ ...success, distribution })
const oneWithMessage = z.object({ ...success, distribution, message: z.string() })
const saved = z.object({ ...success, distribution_id: z.string(), distribution, message: z.string() })

export const distributionPage = z.object({
  ...success,
  distributions: z.array(z.union([distribution, distributionSummary])),
  count: z.int(),
  next_cursor: z.nullable(z.string()),
})

/** As it was: what users set. */
const distributionVersion = z.object({
  distribution_id: z.string(),
  ...PAST_SHAPE,
  ...z.partial(distributionFields).shape,
})

const versions = versionRoutes(
  {
    function: 'distributions',
    path: '/api/distributions/{distribution_id}',
    noun: 'distribution',
    a_noun: 'a distribution',
  },
  distributionVersion,
  distribution,
)

export const distributionRoutes = {
  saveDistribution: {
    function: 'distributions',
    method: 'POST',
    path: '/api/distributions',
    summary: 'Distribute an audience to a platform, immediately or at a later time.',
    access: 'user',
    body: told(
      distributionInput,
      neverNull('audience_id', 'platform_id'),
      needsOneOf(['distribution_id'], ['audience_id', 'platform_id']),
    ),
    conditional: true,
    idempotent_by_key: true,
    answers: {
      200: { description: 'It exists: changed as far as its status allows, or already as sent.', body: saved },
      201: { description: 'Created, `scheduled` when its time is in the future, else `pending`.', body: saved },
    },
  },
  listDistributions: {
    function: 'distributions',
    method: 'GET',
    path: '/api/distributions',
    summary: 'One page of distributions, newest first.',
    access: 'user',
    query: listQuery,
    answers: { 200: { description: 'Without snapshots and attempts.', body: distributionPage } },
  },
  exportDistributions: {
    function: 'distributions',
    method: 'GET',
    path: '/api/distributions/export',
    summary: 'Download distributions, each with the audience as it was sent and every attempt.',
    access: 'user',
    query: z.extend(allFilters, exported).check(bomNeedsCsv),
    answers: EXPORT_ANSWERS,
  },
  getDistribution: {
    function: 'distributions',
    method: 'GET',
    path: '/api/distributions/{distribution_id}',
    summary: 'One distribution, with the audience as it was sent and every attempt.',
    access: 'user',
    query: z.strictObject({}),
    answers: {
      200: { description: 'The distribution.', body: one },
      304: { description: 'Unchanged since the version in `If-None-Match`.' },
    },
  },
  deleteDistribution: {
    function: 'distributions',
    method: 'DELETE',
    path: '/api/distributions/{distribution_id}',
    summary: 'Delete a distribution.',
    access: 'user',
    conditional: true,
    answers: { 204: { description: 'Deleted.' } },
  },
  setDistributionStatus: {
    function: 'distributions',
    method: 'PUT',
    path: '/api/distributions/{distribution_id}/status',
    summary: 'Report how the upload goes: its status, its match results or its error.',
    access: 'user',
    body: distributionReport,
    conditional: true,
    answers: { 200: { description: 'The distribution as it is now.', body: oneWithMessage } },
  },
  exportDistribution: {
    function: 'distributions',
    method: 'GET',
    path: '/api/distributions/{distribution_id}/export',
    summary: 'Download one distribution.',
    access: 'user',
    query: z.strictObject(exported).check(bomNeedsCsv),
    answers: EXPORT_ANSWERS,
  },
  listDistributionVersions: versions.list,
  getDistributionVersion: versions.get,
  restoreDistributionVersion: versions.restore,
  forgetDistributionVersions: versions.forget,
} as const satisfies Routes
