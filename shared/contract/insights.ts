import * as z from 'zod/mini'

import { integerInText } from './integer-in-text.ts'
import type { Routes } from './route.ts'

/** The routes of the insights function. */

const success = { success: z.literal(true) }
/** Of numbers up to 2^53 − 1: beyond that a double still is near, but no longer exact. */
const sum = z.number().check(z.minimum(0))
const counts = z.record(z.string(), z.int())
const rate = z.nullable(z.number().check(z.minimum(0), z.maximum(1)))

const summary = z.object({
  audiences: z.object({ total: z.int(), active: z.int(), draft: z.int(), archived: z.int() }),
  platforms: z.object({ total: z.int(), by_status: counts, by_type: counts }),
  distributions: z.object({
    total: z.int(),
    by_status: counts,
    average_match_rate: rate.check(z.describe('The mean of the reported match rates; null when none was reported.')),
  }),
  last_activity: z
    .nullable(z.iso.datetime())
    .check(z.describe('The latest change of any record; null when there is none.')),
})

const audienceMonth = z.object({
  month: z.string().check(z.describe('Of creation, in UTC: 2025-05')),
  created: z.int(),
  by_status: counts,
  by_type: counts,
  total_size: sum.check(z.describe('The sum of the known sizes.')),
})

const distributionMonth = z.object({
  month: z.string().check(z.describe('Of creation, in UTC: 2025-05')),
  platforms: z.array(
    z.object({
      platform_id: z.string(),
      platform_name: z.nullable(z.string()),
      platform_type: z.nullable(z.string()),
      handed_over: z.int().check(z.describe('All except scheduled and cancelled ones.')),
      completed: z.int(),
      failed: z.int(),
      matched_records: sum.check(z.describe('The sum of the reported counts.')),
      match_rate: rate.check(z.describe('The mean of the reported match rates; null when none was reported.')),
    }),
  ),
})

const monthsQuery = z.strictObject({
  months: z.optional(integerInText(1, 36)),
})

export const insightRoutes = {
  getSummary: {
    function: 'insights',
    method: 'GET',
    path: '/api/users/{user_id}/summary',
    summary: 'Counts of all your records; `me` or your own id.',
    access: 'user',
    query: z.strictObject({}),
    answers: { 200: { description: 'The counts.', body: z.object({ ...success, summary }) } },
  },
  getAudienceInsights: {
    function: 'insights',
    method: 'GET',
    path: '/api/insights/audiences',
    summary: 'Audiences by month of creation, newest month first.',
    access: 'user',
    query: monthsQuery,
    answers: {
      200: { description: 'One entry per month.', body: z.object({ ...success, months: z.array(audienceMonth) }) },
    },
  },
  getDistributionInsights: {
    function: 'insights',
    method: 'GET',
    path: '/api/insights/distributions',
    summary: 'Distributions by month of creation and platform, newest month first.',
    access: 'user',
    query: monthsQuery,
    answers: {
      200: { description: 'One entry per month.', body: z.object({ ...success, months: z.array(distributionMonth) }) },
    },
  },
} as const satisfies Routes
