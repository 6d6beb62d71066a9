import * as z from 'zod'

import { GoogleApiError } from '#infra/deliver/rollout/google-api.ts'
import { deliveryAccountOf, imageOf, serviceOf } from '#infra/deliver/rollout/names.ts'
import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { type Check, type DoctorContext, notAsked, ok, problem } from '../check.ts'

const listed = z.object({
  services: z
    .array(
      z.object({
        name: z.string(),
        uri: z.string().default(''),
        template: z.object({ containers: z.array(z.object({ image: z.string() })).min(1) }),
        terminalCondition: z.object({ state: z.string(), message: z.string().optional() }),
        trafficStatuses: z
          .array(z.object({ revision: z.string().default('the newest'), percent: z.number().default(0) }))
          .default([]),
      }),
    )
    .default([]),
})

type Service = z.infer<typeof listed>['services'][number]

/** The functions, as Cloud Run has them. */
export const SERVING_CHECKS: readonly Check[] = [
  {
    title: 'functions',
    when: 'after',
    async ask(context) {
      const services = await servicesOf(context)
      const missing = FUNCTION_NAMES.map(serviceOf).filter((name) => !services.has(name))
      if (missing.length > 0) return problem(`not there: ${missing.join(', ')}`, 'terraform apply')
      const failed = [...services].filter(
        ([, { terminalCondition }]) => terminalCondition.state !== 'CONDITION_SUCCEEDED',
      )
      return failed.length === 0
        ? ok(`${services.size} are ready`)
        : problem(
            failed
              .map(
                ([
                  name,
                  {
                    terminalCondition: { message },
                  },
                ]) => `${name}: ${message ?? 'not ready'}`,
              )
              .join('; '),
            'look at the logs of that revision, then deliver again',
          )
    },
  },
  {
    title: 'image',
    when: 'after',
    async ask(context) {
      const services = await servicesOf(context)
      const own = imageOf(context.environment)
      const others = [...services].filter(([, { template }]) => !template.containers[0]!.image.startsWith(own))
      return others.length === 0
        ? ok('every function has a delivered image')
        : problem(
            `the placeholder, or another image: ${others.map(([name]) => name).join(', ')}`,
            'deliver (infra/deliver/README.md, "By hand")',
          )
    },
  },
  {
    title: 'traffic',
    when: 'after',
    async ask(context) {
      const { env, project, region } = context.environment
      const split = [...(await servicesOf(context))].flatMap(([name, { trafficStatuses }]) => {
        const serving = trafficStatuses.filter(({ percent }) => percent > 0)
        return serving.length === 1
          ? []
          : [`${name}: ${serving.map((one) => `${one.revision} ${one.percent} %`).join(', ')}`]
      })
      return split.length === 0
        ? ok('each function serves with one revision')
        : problem(split.join('; '), `npm run rollback -- --env ${env} --project ${project} --region ${region}`)
    },
  },
  {
    title: 'save',
    when: 'after',
    async ask(context) {
      if (context.trySave === undefined) return notAsked('nothing was saved', 'npm run doctor -- … --save')
      const name = serviceOf('audiences')
      const service = (await servicesOf(context)).get(name)
      if (service === undefined) return problem(`${name} is not there`, 'terraform apply')
      let faults: string[]
      try {
        faults = await context.trySave(service.uri)
      } catch (error) {
        if (!(error instanceof GoogleApiError) || error.status !== 403) throw error
        const account = deliveryAccountOf(context.environment)
        return notAsked(`you may not act as ${account}`, 'add yourself to deployers in terraform/envs, and apply')
      }
      return faults.length === 0
        ? ok('an audience was saved, read, found in the bucket, archived and removed')
        : problem(faults.join('; '), 'infra/docs/runbooks/bad-deploy.md')
    },
  },
]

async function servicesOf({ google, environment }: DoctorContext): Promise<ReadonlyMap<string, Service>> {
  const { project, region } = environment
  const path = `/v2/projects/${project}/locations/${region}/services`
  const { services } = listed.parse(await google.get('run', path, { pageSize: '100' }))
  const named = services.map((service) => [service.name.split('/').at(-1)!, service] as const)
  return new Map(named.filter(([name]) => name.startsWith('am-')))
}
