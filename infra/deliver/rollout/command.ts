import { UsageError } from '#infra/command/operator-error.ts'
import { type CommandInput, defineCommand } from '#infra/command/spec.ts'
import { HOLD_MS_MAX } from './gate.ts'
import type { Environment } from './names.ts'

const MINUTE_MS = 60_000

export const DEPLOY_COMMAND = defineCommand({
  program: 'npm run deploy',
  summary:
    'Rolls an image out to all functions of an environment: candidate revisions without traffic, smoke tests, then ' +
    'traffic in steps with a gate after each. If a step fails, all traffic returns to the previous revisions.',
  options: {
    env: { value: 'ENV', required: true, choices: ['dev', 'staging', 'prod'], about: 'environment' },
    project: { value: 'PROJECT', required: true, about: 'Google Cloud project of the environment' },
    region: { value: 'REGION', required: true, about: 'region of the functions' },
    image: { value: 'IMAGE', about: 'image to roll out; by default it is built from the committed code and pushed' },
    app: {
      value: 'DIR',
      about:
        'the built app of the image, whose assets are uploaded; by default dist/web/app, where npm run build leaves it',
    },
    'gate-minutes': {
      value: 'MINUTES',
      number: { min: 0, max: HOLD_MS_MAX / MINUTE_MS },
      default: 10,
      about: 'how long each gate watches errors and latency',
    },
    'wait-minutes': {
      value: 'MINUTES',
      number: { min: 0, max: 24 * 60 },
      default: 120,
      about: 'how long to wait for another rollout to end',
    },
    build: {
      value: 'BUILD',
      about: 'name of the build in the lock and the output; by default the user of this machine',
    },
  },
  exit_codes: {
    0: 'the image serves all traffic',
    1: 'failed; every function serves its previous revision unless the last line says otherwise',
  },
  examples: [
    {
      line: 'npm run deploy -- --env dev --project my-project-dev --region europe-west1',
      about: 'Builds the committed code and rolls it out to dev',
    },
    {
      line: 'npm run deploy -- --env prod --project my-project --region europe-west1 --image europe-west1-docker.pkg.dev/my-project/activation-manager/persistence:1a2b3c --gate-minutes 20',
      about: 'Rolls out an image that is already pushed',
    },
  ],
})

export interface DeployRequest {
  readonly environment: Environment
  readonly image: string | undefined
  readonly app_dir: string | undefined
  readonly gate_ms: number
  readonly wait_ms_max: number
  readonly build: string
}

/** @throws UsageError */
export function requestOf(input: CommandInput<typeof DEPLOY_COMMAND>, user: string): DeployRequest {
  const { env, project, region, image, app: app_dir, gate_minutes, wait_minutes, build = `by hand, ${user}` } = input
  for (const [name, value] of Object.entries({ project, region })) {
    if (!/^[a-z][a-z0-9-]*$/.test(value)) throw new UsageError(`--${name} is not a name: ${value}`)
  }
  return {
    environment: { env, project, region },
    image,
    app_dir,
    gate_ms: gate_minutes * MINUTE_MS,
    wait_ms_max: wait_minutes * MINUTE_MS,
    build,
  }
}
