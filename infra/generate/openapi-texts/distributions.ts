import type { distributionRoutes } from '#shared/contract/distributions.ts'
import { downloads, FORMATS } from './downloads.ts'
import { CONDITIONS, KEYS, page, success, type TextsOf } from './operation-text.ts'
import { DISTRIBUTION, DISTRIBUTION_SUMMARY, PENDING_DISTRIBUTION } from './records.ts'
import { distributionFields } from '#shared/records/distribution.ts'
import { versionTexts } from './versions.ts'

const { distribution_id, audience_id, platform_id, matched_records, match_rate, platform_audience_id } = DISTRIBUTION

const versions = versionTexts('distribution', DISTRIBUTION, Object.keys(distributionFields.shape))

export const distributionTexts: TextsOf<typeof distributionRoutes> = {
  saveDistribution: {
    description:
      'Audience and platform have to exist and be neither deleted, archived nor disconnected; otherwise the answer is 422 and names the ' +
      'field. What is sent is frozen in `audience_snapshot`. With a `scheduled_at` ahead the distribution waits until then. ' +
      KEYS,
    request: { audience_id, platform_id, segments_distributed: [0] },
    answers: {
      200: success({ message: 'Distribution updated', distribution_id, distribution: PENDING_DISTRIBUTION }),
      201: success({ message: 'Distribution is pending', distribution_id, distribution: PENDING_DISTRIBUTION }),
    },
  },
  listDistributions: {
    description:
      'Rows come without snapshots and attempts. `from` and `to` are times, or days of UTC. A request that names its user in the query, as ' +
      'clients of the old system do, gets whole distributions.',
    answers: { 200: success({ distributions: [DISTRIBUTION_SUMMARY], ...page(1) }) },
  },
  exportDistributions: {
    description: `All distributions that the filters leave, whole, as one file. ${FORMATS}`,
    downloads: downloads('distributions', DISTRIBUTION),
  },
  getDistribution: {
    description: 'The whole distribution: the audience as it was sent, and every attempt with its outcome.',
    answers: { 200: success({ distribution: DISTRIBUTION }) },
  },
  deleteDistribution: {
    description: `The distribution is no longer listed. What the platform received stays there. ${CONDITIONS}`,
  },
  setDistributionStatus: {
    description:
      'For the sender of the upload. Match results belong to completed distributions and errors to failed ones; numbers that were not ' +
      `reported stay null. Repeating a report changes nothing. ${CONDITIONS}`,
    request: {
      status: 'completed',
      match_results: { matched_records, match_rate, platform_audience_id, as_of: DISTRIBUTION.match_results_as_of },
    },
    answers: { 200: success({ message: 'Distribution is completed', distribution: DISTRIBUTION }) },
  },
  exportDistribution: {
    description: `One distribution as a file that has its id. ${FORMATS}`,
    downloads: downloads('distributions', DISTRIBUTION),
  },
  listDistributionVersions: versions.list,
  getDistributionVersion: versions.get,
  restoreDistributionVersion: versions.restore,
  forgetDistributionVersions: versions.forget,
}
