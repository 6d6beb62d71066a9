import { parseCommand } from '#infra/command/parse.ts'
import type { CommandSpec } from '#infra/command/spec.ts'
import { BIGQUERY_LOAD_COMMAND } from '#infra/operate/bigquery/command.ts'
import { IMPORT_COMMAND } from '#infra/operate/import/command.ts'
import { DOCTOR_COMMAND } from '#infra/doctor/command.ts'

/** An account of Google in which there is nothing yet, and what each command of the page needs and leaves. */

/** What was done, in words that the commands below ask for. */
export type Done =
  | 'signed in'
  | 'default credentials'
  | 'project'
  | 'billing'
  | 'first services'
  | 'quota project'
  | 'state bucket'
  | 'state keeps versions'
  | 'checked'
  | 'initialised'
  | 'applied'
  | 'archive'
  | 'operator credentials'
  | 'delivered'
  | 'imported'
  | 'alert'
  | 'rolled back'

export interface Account {
  readonly done: Set<Done>
  /** What doctor says of the account as it is. */
  readonly doctor: (done: ReadonlySet<Done>, options: { when: string; save: boolean }) => Promise<string>
}

interface Known {
  /** The words that the call begins with. */
  readonly call: string
  readonly needs: readonly Done[]
  readonly leaves?: Done
  /** Flags that it has to have, with exactly these values where there is one. */
  readonly flags?: Readonly<Record<string, string | undefined>>
  readonly prints?: string
}

const PROJECT = 'acme-activation-dev'
const OF_PROJECT = { '--project': PROJECT }
const FIRST_SERVICES = ['cloudresourcemanager', 'serviceusage', 'cloudbilling', 'orgpolicy']

/** gcloud, terraform and git, as far as the page calls them. */
const KNOWN: readonly Known[] = [
  { call: 'gcloud auth login', needs: [], leaves: 'signed in' },
  {
    call: 'gcloud auth application-default login',
    needs: ['applied'],
    leaves: 'operator credentials',
    flags: { '--impersonate-service-account': `am-operator@${PROJECT}.iam.gserviceaccount.com` },
  },
  { call: 'gcloud auth application-default login', needs: [], leaves: 'default credentials' },
  { call: `gcloud projects create ${PROJECT}`, needs: ['signed in'], leaves: 'project' },
  {
    call: `gcloud billing projects link ${PROJECT}`,
    needs: ['project'],
    leaves: 'billing',
    flags: { '--billing-account': '012345-6789AB-CDEF01' },
  },
  {
    call: `gcloud services enable ${FIRST_SERVICES.map((name) => `${name}.googleapis.com`).join(' ')}`,
    needs: ['project'],
    leaves: 'first services',
    flags: OF_PROJECT,
  },
  {
    call: `gcloud auth application-default set-quota-project ${PROJECT}`,
    needs: ['default credentials', 'first services'],
    leaves: 'quota project',
  },
  {
    call: 'gcloud storage buckets create gs://acme-terraform-state',
    needs: ['billing'],
    leaves: 'state bucket',
    flags: {
      ...OF_PROJECT,
      '--location': undefined,
      '--uniform-bucket-level-access': '',
      '--public-access-prevention': '',
    },
  },
  {
    call: 'gcloud storage buckets update gs://acme-terraform-state',
    needs: ['state bucket'],
    leaves: 'state keeps versions',
    flags: { ...OF_PROJECT, '--versioning': '' },
  },
  {
    call: 'terraform init',
    needs: ['default credentials', 'state bucket'],
    leaves: 'initialised',
    flags: { '-chdir': 'terraform', '-backend-config': 'envs/dev.gcs.tfbackend' },
  },
  {
    call: 'terraform apply',
    needs: ['initialised', 'billing', 'first services', 'quota project', 'checked'],
    leaves: 'applied',
    flags: { '-chdir': 'terraform', '-var-file': 'envs/dev.tfvars' },
  },
  {
    call: 'terraform plan',
    needs: ['applied', 'delivered'],
    flags: { '-chdir': 'terraform', '-var-file': 'envs/dev.tfvars', '-detailed-exitcode': '' },
  },
  { call: 'terraform output dns_records', needs: ['applied'], flags: { '-chdir': 'terraform' } },
  { call: 'terraform output app_url', needs: ['applied'], flags: { '-chdir': 'terraform' } },
  { call: 'terraform output app_configuration', needs: ['applied'], flags: { '-chdir': 'terraform', '-json': '' } },
  { call: 'git rev-parse HEAD', needs: [], prints: '1a2b3c' },
  {
    call: 'git archive HEAD',
    needs: [],
    leaves: 'archive',
    flags: { '--format': 'tar.gz', '--output': 'release.tar.gz' },
  },
  {
    call: 'gcloud builds submit release.tar.gz',
    needs: ['archive', 'applied'],
    leaves: 'delivered',
    flags: {
      ...OF_PROJECT,
      '--region': 'europe-west1',
      '--config': 'cloudbuild.yaml',
      '--gcs-source-staging-dir': `gs://${PROJECT}-activation-dev-delivery/source`,
      '--substitutions': '_ENV=dev,_REGION=europe-west1,COMMIT_SHA=1a2b3c',
    },
  },
  {
    call: 'gcloud logging write activation-drill A drill: nothing is wrong',
    needs: ['applied'],
    leaves: 'alert',
    flags: { ...OF_PROJECT, '--severity': 'CRITICAL' },
  },
]

/** Programs of the project; each takes the page's command line, as its own description says. */
const PROGRAMS: Readonly<
  Record<string, { readonly spec?: CommandSpec; readonly needs: readonly Done[]; readonly leaves?: Done }>
> = {
  'check:infra': { needs: [] },
  import: { spec: IMPORT_COMMAND, needs: ['delivered', 'operator credentials'], leaves: 'imported' },
  'bigquery:load': { spec: BIGQUERY_LOAD_COMMAND, needs: ['imported', 'operator credentials'] },
  rollback: { needs: ['delivered'], leaves: 'rolled back' },
}

/** One command. @returns what it prints @throws Error as Google, or the program, would refuse it */
export async function call(account: Account, args: readonly string[]): Promise<string> {
  if (args[0] === 'npm') return await npm(account, args.slice(1))
  const words = args.filter((arg) => !arg.startsWith('-')).join(' ')
  const flags = new Map(args.filter((arg) => arg.startsWith('-')).map((arg) => splitFlag(arg)))
  const named = KNOWN.filter((one) => one.call === words)
  const known = named.find((one) => Object.keys(one.flags ?? {}).every((name) => flags.has(name))) ?? named[0]
  if (known === undefined) throw new Error(`the account does not know: ${args.join(' ')}`)
  for (const [name, value] of Object.entries(known.flags ?? {})) {
    const is = flags.get(name)
    if (is === undefined || (value !== undefined && is !== value))
      throw new Error(`${words}: ${name} is ${is ?? 'missing'}`)
  }
  const unknown = [...flags.keys()].find((name) => !Object.hasOwn(known.flags ?? {}, name))
  if (unknown !== undefined) throw new Error(`${words}: what is ${unknown}?`)
  demand(account, words, known.needs)
  if (known.leaves !== undefined) account.done.add(known.leaves)
  return known.prints ?? ''
}

async function npm(account: Account, [, script = '', , ...args]: readonly string[]): Promise<string> {
  if (script === 'doctor') {
    const parsed = parseCommand(DOCTOR_COMMAND, args)
    if (parsed.kind === 'help') throw new Error('doctor is asked for help')
    const text = await account.doctor(account.done, parsed.input)
    if (text.includes('PROBLEM') || text.includes('?  ')) throw new Error(text)
    account.done.add('checked')
    return text
  }
  const program = PROGRAMS[script]
  if (program === undefined) throw new Error(`the account does not know: npm run ${script}`)
  if (program.spec !== undefined) parseCommand(program.spec, args)
  demand(account, `npm run ${script}`, program.needs)
  if (program.leaves !== undefined) account.done.add(program.leaves)
  return ''
}

function demand({ done }: Account, what: string, needs: readonly Done[]): void {
  const missing = needs.filter((need) => !done.has(need))
  if (missing.length > 0) throw new Error(`${what} comes before: ${missing.join(', ')}`)
}

function splitFlag(arg: string): readonly [string, string] {
  const [, name = '', value = ''] = /^(-[^=]+)(?:=([^]*))?$/.exec(arg) ?? []
  return [name, value]
}
