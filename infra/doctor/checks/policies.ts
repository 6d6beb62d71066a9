import * as z from 'zod'

import { type Check, type DoctorContext, type Finding, ok, problem } from '../check.ts'

const policy = z.object({
  spec: z
    .object({
      rules: z
        .array(
          z.object({
            enforce: z.boolean().optional(),
            allowAll: z.boolean().optional(),
            denyAll: z.boolean().optional(),
            values: z
              .object({ allowedValues: z.array(z.string()).default([]), deniedValues: z.array(z.string()).default([]) })
              .partial()
              .optional(),
          }),
        )
        .default([]),
    })
    .default({ rules: [] }),
})

/** What holds for the project, whoever set it: the organisation, a folder, or the project. */
interface Effective {
  readonly is_enforced: boolean
  readonly is_all_denied: boolean
  /** undefined: nothing is limited to certain values. */
  readonly allowed: readonly string[] | undefined
  readonly denied: readonly string[]
}

interface Constraint {
  readonly name: string
  /** @returns what it hinders here, or undefined */
  readonly hinders: (effective: Effective, context: DoctorContext) => string | undefined
}

const whenEnforced =
  (text: string) =>
  ({ is_enforced }: Effective) =>
    is_enforced ? text : undefined

/** Constraints of organisations under which an apply or a delivery of this project would be refused. */
const CONSTRAINTS: readonly Constraint[] = [
  {
    // Browsers' preflights carry no token, so the functions check tokens themselves.
    name: 'run.managed.requireInvokerIam',
    hinders: whenEnforced('no function could be called by a browser'),
  },
  {
    name: 'run.allowedIngress',
    hinders: ({ allowed, denied, is_all_denied }) =>
      is_all_denied || denied.includes('all') || (allowed !== undefined && !allowed.includes('all'))
        ? 'functions must be reachable from the internet'
        : undefined,
  },
  {
    name: 'iam.allowedPolicyMemberDomains',
    hinders(effective, { planned }) {
      // The policy names customers, not domains: which of these is the organisation's own, it does not tell.
      const domains = [...new Set(planned.members.map((member) => member.split(/[:@]/).at(-1)!))]
      return isLimited(effective) && domains.length > 1
        ? `members of one organisation only, but terraform/envs names ${domains.join(' and ')}`
        : undefined
    },
  },
  { name: 'iam.disableServiceAccountCreation', hinders: whenEnforced('each function needs an account of its own') },
  {
    name: 'gcp.resourceLocations',
    hinders: ({ allowed, denied, is_all_denied }, { environment: { region } }) => {
      const area = region.split('-')[0]!
      const names = [
        region,
        `in:${region}-locations`,
        `in:${area}-locations`,
        ...(area === 'europe' ? ['in:eu-locations'] : []),
      ]
      const has = (values: readonly string[]) => names.some((name) => values.includes(name))
      const is_refused = is_all_denied || has(denied) || (allowed !== undefined && !has(allowed))
      return is_refused ? `${region} is not an allowed location` : undefined
    },
  },
  {
    name: 'gcp.restrictNonCmekServices',
    hinders({ denied, is_all_denied }) {
      // The data bucket has a key of its own; what these keep has Google's.
      const hit = ['artifactregistry', 'bigquery', 'secretmanager', 'storage'].filter((service) =>
        denied.some((value) => value === `${service}.googleapis.com`),
      )
      return is_all_denied || hit.length > 0 ? `without an own key: ${hit.join(', ') || 'everything'}` : undefined
    },
  },
  {
    name: 'gcp.restrictServiceUsage',
    hinders: ({ allowed, denied, is_all_denied }) =>
      is_all_denied || denied.length > 0 || (allowed !== undefined && !allowed.includes('run.googleapis.com'))
        ? 'not every service that Terraform enables may be used'
        : undefined,
  },
  {
    name: 'compute.restrictLoadBalancerCreationForTypes',
    hinders: ({ allowed, denied, is_all_denied }, { planned }) => {
      const types = ['GLOBAL_EXTERNAL_MANAGED_HTTP_HTTPS', 'in:EXTERNAL']
      const has = (values: readonly string[]) => types.some((type) => values.includes(type))
      const is_refused = is_all_denied || has(denied) || (allowed !== undefined && !has(allowed))
      return planned.domain !== undefined && is_refused ? 'no global external load balancer' : undefined
    },
  },
  {
    name: 'compute.disableGlobalLoadBalancing',
    hinders: ({ is_enforced }, { planned }) =>
      is_enforced && planned.domain !== undefined ? 'no global load balancer' : undefined,
  },
]

/** These two forbid what this project never does; doctor says so, because they are what people ask for first. */
export const HARMLESS_CONSTRAINTS = ['storage.uniformBucketLevelAccess', 'storage.publicAccessPrevention'] as const

export const POLICY_CHECKS: readonly Check[] = [
  ...CONSTRAINTS.map(({ name, hinders }): Check => ({
    title: name,
    when: 'before',
    async ask(context) {
      const hindered = hinders(await effectivePolicy(name, context), context)
      return hindered === undefined ? ok('does not hinder') : problem(hindered, exceptionFor(name))
    },
  })),
  ...HARMLESS_CONSTRAINTS.map((name): Check => ({
    title: name,
    when: 'before',
    async ask(context): Promise<Finding> {
      const { is_enforced } = await effectivePolicy(name, context)
      return ok(is_enforced ? 'enforced; every bucket here complies' : 'not enforced; every bucket here would comply')
    },
  })),
]

function exceptionFor(name: string): string {
  return `ask who administers the organisation for an exception of this project: ${name}`
}

async function effectivePolicy(name: string, { google, environment }: DoctorContext): Promise<Effective> {
  const path = `/v2/projects/${environment.project}/policies/${name}:getEffectivePolicy`
  const { rules } = policy.parse(await google.get('orgpolicy', path)).spec
  const allowed = rules.flatMap(({ values }) => values?.allowedValues ?? [])
  return {
    is_enforced: rules.some(({ enforce }) => enforce === true),
    is_all_denied: rules.some(({ denyAll }) => denyAll === true),
    allowed: allowed.length === 0 ? undefined : allowed,
    denied: rules.flatMap(({ values }) => values?.deniedValues ?? []),
  }
}

function isLimited({ allowed, denied, is_all_denied }: Effective): boolean {
  return is_all_denied || allowed !== undefined || denied.length > 0
}
