import type { insightRoutes } from '#shared/contract/insights.ts'
import { success, type TextsOf } from './operation-text.ts'
import { PLATFORM } from './records.ts'

export const insightTexts: TextsOf<typeof insightRoutes> = {
  getSummary: {
    description:
      'Counts of all records that are not deleted. The path names `me` or the user of the token; any other user is 403.',
    answers: {
      200: success({
        summary: {
          audiences: { total: 12, active: 9, draft: 2, archived: 1 },
          platforms: { total: 2, by_status: { connected: 1, pending: 1 }, by_type: { the_trade_desk: 1, meta: 1 } },
          distributions: { total: 7, by_status: { completed: 6, failed: 1 }, average_match_rate: 0.68 },
          last_activity: '2025-05-28T14:30:00.000Z',
        },
      }),
    },
  },
  getAudienceInsights: {
    description: 'By the month in which audiences were created, in UTC. Sizes that are not known count as nothing.',
    answers: {
      200: success({
        months: [
          {
            month: '2025-05',
            created: 4,
            by_status: { active: 3, draft: 1 },
            by_type: { first_party: 4 },
            total_size: 940000,
          },
        ],
      }),
    },
  },
  getDistributionInsights: {
    description:
      'By the month in which distributions were created, in UTC, and by platform. Rates are means of what was reported.',
    answers: {
      200: success({
        months: [
          {
            month: '2025-05',
            platforms: [
              {
                platform_id: PLATFORM.platform_id,
                platform_name: PLATFORM.name,
                platform_type: PLATFORM.platform_type,
                handed_over: 5,
                completed: 4,
                failed: 1,
                matched_records: 655000,
                match_rate: 0.68,
              },
            ],
          },
        ],
      }),
    },
  },
}
