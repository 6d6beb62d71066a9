import * as z from 'zod'

import { OperatorError } from '#infra/command/operator-error.ts'

/** What the files of an environment in `terraform/envs` say, as far as doctor has to know it. */
export interface PlannedEnvironment {
  readonly project: string
  readonly region: string
  /** Of the load balancer; undefined: functions are called at their own URLs. */
  readonly domain: string | undefined
  /** The most vCPUs that one function may use: its instances times the CPUs of each. */
  readonly vcpus_max: number
  /** Where Terraform keeps its state. */
  readonly state_bucket: string
  /** People and groups who get rights: an organisation may refuse those of other domains. */
  readonly members: readonly string[]
  /** The URL of the runbooks, which every alert links. */
  readonly runbook_base_url: string
}

/** Terraform's defaults, in `terraform/variables.tf` and `terraform/functions.tf`; a test compares them. */
export const TERRAFORM_DEFAULTS = { region: 'europe-west1', instances_max: 10, cpu: 1 } as const

/** The names in `terraform/envs` that are nobody's. */
const EXAMPLES = /\bexample[-./]/

/** @throws OperatorError when a file lacks what Terraform would ask for */
export function plannedFrom(variables: string, backend: string): PlannedEnvironment {
  const limits = functionLimits(variables)
  return {
    project: required('project_id', variables),
    region: textOf('region', variables) ?? TERRAFORM_DEFAULTS.region,
    domain: textOf('domain', /load_balancer\s*=\s*\{[^}]*\}/.exec(withoutComments(variables))?.[0] ?? ''),
    vcpus_max: Math.max(
      ...[{}, ...limits].map(
        ({ instances_max = TERRAFORM_DEFAULTS.instances_max, cpu = TERRAFORM_DEFAULTS.cpu }) => instances_max * cpu,
      ),
    ),
    state_bucket: required('bucket', backend),
    members: Array.from(
      withoutComments(variables).matchAll(/"((?:user|group|domain):[^"]+)"/g),
      ([, member]) => member!,
    ),
    runbook_base_url: required('runbook_base_url', variables),
  }
}

/** Which of the values are still those of the example. */
export function exampleValues({ project, domain, state_bucket, runbook_base_url }: PlannedEnvironment): string[] {
  const values = { project_id: project, domain, bucket: state_bucket, runbook_base_url }
  return Object.entries(values).flatMap(([name, value]) => (EXAMPLES.test(`${value ?? ''}/`) ? [name] : []))
}

const numbers = z.object({ instances_max: z.coerce.number(), cpu: z.coerce.number() }).partial()

function functionLimits(variables: string): z.infer<typeof numbers>[] {
  const [, body = ''] = /^function_limits\s*=\s*\{\n([^]*?)^\}/m.exec(withoutComments(variables)) ?? []
  return Array.from(body.matchAll(/\{([^}]*)\}/g), ([, members = '']) =>
    numbers.parse(Object.fromEntries(Array.from(members.matchAll(/(\w+)\s*=\s*([\d.]+)/g), ([, ...pair]) => pair))),
  )
}

function required(name: string, text: string): string {
  const value = textOf(name, text)
  if (value === undefined) throw new OperatorError(`The files in terraform/envs do not set ${name}.`)
  return value
}

function textOf(name: string, text: string): string | undefined {
  return new RegExp(`(?:^|[{,\\s])${name}\\s*=\\s*"([^"]*)"`).exec(withoutComments(text))?.[1]
}

function withoutComments(text: string): string {
  return text.replaceAll(/(^|\s)#.*$/gm, '$1')
}
