import * as z from 'zod'

import { type Check, notAsked, ok, problem } from '../check.ts'

const CPU_QUOTA = 'run.googleapis.com/cpu_allocation'

const metrics = z.object({
  metrics: z
    .array(
      z.object({
        metric: z.string(),
        consumerQuotaLimits: z
          .array(
            z.object({
              quotaBuckets: z
                .array(
                  z.object({
                    effectiveLimit: z.coerce.number(),
                    dimensions: z.record(z.string(), z.string()).default({}),
                  }),
                )
                .default([]),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
})

/** Quotas that refuse an apply. Those that only slow a busy environment down are in infra/docs/cost-and-scale.md. */
export const QUOTA_CHECKS: readonly Check[] = [
  {
    // Cloud Run refuses a revision whose instances together could use more; many new projects have 20 vCPUs a region.
    title: 'quota of vCPUs',
    when: 'before',
    async ask({ google, environment: { project, region }, planned: { vcpus_max } }) {
      const path = `/v1beta1/projects/${project}/services/run.googleapis.com/consumerQuotaMetrics`
      const found = metrics.parse(await google.get('serviceusage', path, { view: 'FULL' })).metrics
      const buckets = found
        .filter(({ metric }) => metric === CPU_QUOTA)
        .flatMap(({ consumerQuotaLimits }) => consumerQuotaLimits.flatMap(({ quotaBuckets }) => quotaBuckets))
      const own = buckets.filter(({ dimensions }) => dimensions['region'] === region)
      const [limit] = (own.length > 0 ? own : buckets.filter(({ dimensions }) => dimensions['region'] === undefined))
        .map(({ effectiveLimit }) => (effectiveLimit === -1 ? Infinity : effectiveLimit / 1000))
        .toSorted((a, b) => a - b)
      if (limit === undefined) return notAsked(`Cloud Run tells no quota of ${region}`, 'look at IAM & Admin → Quotas')
      return limit >= vcpus_max
        ? ok(`${limit} in ${region}; one function may use ${vcpus_max}`)
        : problem(
            `${limit} in ${region}, but one function may use ${vcpus_max}`,
            'request more (IAM & Admin → Quotas, "Total CPU allocation"), or lower function_limits.…instances_max',
          )
    },
  },
]
