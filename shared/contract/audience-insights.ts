import * as z from 'zod/mini'

/** What became of one audience: its sizes over time, and its hand-overs. */

/** Platforms that an answer has. */
export const INSIGHT_PLATFORMS_MAX = 200

const size = z.nullable(z.number().check(z.minimum(0)))

const sizesAtVersion = z.object({
  version: z.int(),
  at: z.nullable(z.iso.datetime()).check(z.describe('Null for the oldest that is kept, unless it is the creation.')),
  total: size.check(z.describe('`total_audience_size`, or `audience_size` without one; null when it was not known.')),
  segments: z
    .nullable(z.array(z.object({ segment_id: z.union([z.int(), z.string()]), name: z.nullable(z.string()), size })))
    .check(z.describe('Null when they were too large then to be kept.')),
})

const platformInsights = z.object({
  platform_id: z.string(),
  platform_name: z.nullable(z.string()).check(z.describe('As the newest distribution has it.')),
  platform_type: z.nullable(z.string()),
  handed_over: z.int().check(z.describe('All except scheduled and cancelled ones.')),
  completed: z.int(),
  failed: z.int(),
  total_records: size.check(z.describe('The sum of the known sizes of completed ones; null when none is known.')),
  matched_records: size.check(z.describe('The sum of the reported counts; null when none was reported.')),
  match_rate: z
    .nullable(z.number().check(z.minimum(0), z.maximum(1)))
    .check(z.describe('The mean of the reported match rates; null when none was reported.')),
  last_at: z.nullable(z.iso.datetime()).check(z.describe('When the last one was completed; null when none was.')),
})

export const audienceInsights = z.object({
  success: z.literal(true),
  sizes: z.array(sizesAtVersion).check(z.describe('Newest first: each version that changed a size, and the oldest.')),
  kept_since_version: z.int().check(z.describe('The earliest version whose sizes are known.')),
  gap: z
    .boolean()
    .check(z.describe('Whether something before that was not recorded, rather than left out because it is old.')),
  platforms: z
    .array(platformInsights)
    .check(z.describe(`Those with the most hand-overs first, at most ${INSIGHT_PLATFORMS_MAX}.`)),
  platform_count: z.int().check(z.describe('How many platforms there are.')),
})
export type AudienceInsights = z.output<typeof audienceInsights>
