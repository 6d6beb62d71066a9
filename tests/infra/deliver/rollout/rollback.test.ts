import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { lockUrlOf, serviceOf } from '#infra/deliver/rollout/names.ts'
import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { PROJECT_ROOT } from '#tests/house/planted-repository.ts'
import { IMAGE, OTHER_IMAGE, SERVICES, World } from './simulated.ts'
import { type Cloud, tagsOf, trafficOf } from './stand-in/cloud.ts'
import { startGcloud, type GcloudProgram } from './stand-in/program.ts'

/** The script as it is typed, on what the real rollout left in the stand-in; `prod`, so that each name has its own. */

const PROD = { env: 'prod', project: 'my-project', region: 'europe-west1' }
const TARGET = ['--env', 'prod', '--project', 'my-project', '--region', 'europe-west1']
const LOCK_URL = lockUrlOf(PROD)

let cloud: Cloud
let gcloud: GcloudProgram
let world: World
let beforeCall: (args: readonly string[]) => void
beforeEach(async () => {
  world = new World()
  cloud = world.cloud
  for (const { revisions } of Object.values(cloud.services)) revisions[0]!.image = OTHER_IMAGE
  beforeCall = () => undefined
  gcloud = await startGcloud({ cloud, beforeCall: (args) => beforeCall(args) })
})
afterEach(() => gcloud.close())

const SCRIPT = join(PROJECT_ROOT, 'infra/deliver/scripts/rollback.sh')

function rollback(...parameters: string[]): Promise<{ exit_code: number; output: string }> {
  return execute(SCRIPT, parameters)
}

function execute(file: string, parameters: readonly string[]): Promise<{ exit_code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...gcloud.environment }
    const child = execFile(file, parameters, { env }, (error, stdout, stderr) => {
      const exit_code = error === null ? 0 : error.code
      if (typeof exit_code === 'number') resolve({ exit_code, output: stdout + stderr })
      else reject(new Error('rollback.sh did not run', { cause: error }))
    })
    // Nobody is there to answer a question.
    child.stdin?.end()
  })
}

const serving = (revision: string) => SERVICES.map((service) => ({ [`${service}-${revision}`]: 100 }))
const traffic = () => SERVICES.map((service) => trafficOf(cloud, service))

describe('rollback.sh', () => {
  test('puts every function back to what served before the last rollout', async () => {
    await world.run({ name: 'build', gate_ms: 0 })
    expect(traffic()).toEqual(serving('00002'))
    const { exit_code, output } = await rollback(...TARGET, '--yes')
    expect(output).toContain('am-audiences: serves am-audiences-00002=100\n  returns to am-audiences-00001\n')
    expect(output).toContain('Returned: am-audiences=am-audiences-00001')
    expect(exit_code).toBe(0)
    expect(traffic()).toEqual(serving('00001'))
    expect(cloud.objects[LOCK_URL]).toBeUndefined()
  })

  test('shows what it would do and changes nothing when nobody says yes', async () => {
    await world.run({ name: 'build', gate_ms: 0 })
    const { exit_code, output } = await rollback(...TARGET)
    expect(output).toContain('returns to am-maintenance-00001')
    expect(exit_code).not.toBe(0)
    expect(traffic()).toEqual(serving('00002'))
    expect(cloud.objects[LOCK_URL]).toBeUndefined()
  })

  test('typed a second time finds nothing to change, and names the other revisions', async () => {
    await world.run({ name: 'build', gate_ms: 0 })
    await rollback(...TARGET, '--yes')
    const { exit_code, output } = await rollback(...TARGET, '--yes')
    expect(output).toContain(
      '  already serves am-audiences-00001. Other ready revisions, newest first:\n    am-audiences-00002\n',
    )
    expect(output).toContain('Nothing to change.')
    expect(exit_code).toBe(0)
    expect(traffic()).toEqual(serving('00001'))
  })

  test('takes one function to the revision that is named, and leaves the others', async () => {
    await world.run({ name: 'build', gate_ms: 0 })
    const of_one = [...TARGET, '--function', 'insights', '--revision', 'am-insights-00001', '--yes']
    expect((await rollback(...of_one)).exit_code).toBe(0)
    const changed = FUNCTION_NAMES.filter(
      (name) => trafficOf(cloud, serviceOf(name))[`${serviceOf(name)}-00001`] === 100,
    )
    expect(changed).toEqual(['insights'])
  })

  test('changes no function when the target of one is not ready', async () => {
    await world.run({ name: 'build', gate_ms: 0 })
    cloud.services[SERVICES[3]!]!.revisions[0]!.is_ready = false
    const { exit_code, output } = await rollback(...TARGET, '--yes')
    expect(output).toContain('am-insights has no ready revision am-insights-00001; nothing was changed')
    expect(exit_code).toBe(1)
    expect(traffic()).toEqual(serving('00002'))
  })

  test('refuses the placeholder, which served before the first delivery', async () => {
    for (const { revisions } of Object.values(cloud.services))
      revisions[0]!.image = 'us-docker.pkg.dev/cloudrun/container/hello'
    await world.run({ name: 'build', gate_ms: 0 })
    const { exit_code, output } = await rollback(...TARGET, '--yes')
    expect(output).toContain('am-audiences-00001 of am-audiences is no release but the placeholder us-docker.pkg.dev/')
    expect(exit_code).toBe(1)
    expect(traffic()).toEqual(serving('00002'))
  })

  test('says how to go forward again, and a rollout of that image does', async () => {
    await world.run({ name: 'build', gate_ms: 0 })
    const { output } = await rollback(...TARGET, '--yes')
    const target = '--env prod --project my-project --region europe-west1'
    expect(output).toContain(`\n  npm run deploy -- ${target} --image ${IMAGE}\n`)
    expect((await world.run({ name: 'forward', gate_ms: 0 })).kind).toBe('rolled out')
    expect(traffic()).toEqual(serving('00002'))
    expect(world.deploys()).toBe(SERVICES.length)
  })

  test('runs from the delivery bucket, where Terraform puts it, without a checkout', async () => {
    await world.run({ name: 'build', gate_ms: 0 })
    const url = lockUrlOf(PROD).replace('locks/rollout.json', 'rollback.sh')
    cloud.objects[url] = { generation: cloud.generation++, body: await readFile(SCRIPT, 'utf8') }
    const typed = `cd /; bash <(gcloud storage cat "${url}") ${TARGET.join(' ')} --yes`
    expect((await execute('/bin/bash', ['-c', typed])).exit_code).toBe(0)
    expect(traffic()).toEqual(serving('00001'))
  })

  test('asks for a name where nothing was ever rolled out', async () => {
    const { exit_code, output } = await rollback(...TARGET, '--yes')
    expect(output).toContain('no revision is tagged previous. Ready revisions, newest first:\n    am-audiences-00001\n')
    expect(output).toContain('name a revision: --function audiences --revision')
    expect(exit_code).toBe(1)
  })

  test('in the middle of a rollout goes back to what its lock says, takes the lock, and leaves no candidate', async () => {
    await world.run({ name: 'build', gate_ms: 0 })
    for (const service of SERVICES) {
      cloud.services[service]!.revisions.push({ name: `${service}-00003`, image: IMAGE, is_ready: true })
      cloud.services[service]!.traffic = [
        { revision: `${service}-00003`, percent: 10 },
        { revision: `${service}-00002`, percent: 90 },
        { revision: `${service}-00003`, tag: 'candidate' },
        { revision: `${service}-00001`, tag: 'previous' },
      ]
    }
    const serving_before = Object.fromEntries(SERVICES.map((service) => [service, `${service}-00002`]))
    const body = { owner: 'build-7 0a0b', lease_until: '2030-01-01T00:00:00.000Z', serving: serving_before }
    cloud.objects[LOCK_URL] = { generation: cloud.generation++, body: `${JSON.stringify(body, null, 2)}\n` }
    const owners: unknown[] = []
    beforeCall = ([, , verb]) => {
      if (verb === 'update-traffic') owners.push((JSON.parse(cloud.objects[LOCK_URL]!.body) as { owner: string }).owner)
    }
    const { exit_code, output } = await rollback(...TARGET, '--yes')
    expect(output).toContain('A rollout holds the lock: build-7 0a0b. Taking the lock stops that rollout.')
    expect(exit_code).toBe(0)
    expect(traffic()).toEqual(serving('00002'))
    for (const service of SERVICES) expect(tagsOf(cloud, service)).toEqual({ previous: `${service}-00001` })
    expect(owners).toHaveLength(SERVICES.length)
    for (const owner of owners) expect(owner).toMatch(/^rollback\.sh, /)
    expect(cloud.objects[LOCK_URL]).toBeUndefined()
  })

  test('says which function was not put back when gcloud fails for it', async () => {
    await world.run({ name: 'build', gate_ms: 0 })
    const kept = cloud.services[SERVICES[2]!]!
    beforeCall = ([, , verb, service]) => {
      // As if another had changed it in the same moment.
      if (verb !== 'update-traffic' || service !== SERVICES[2]) return
      cloud.services[SERVICES[2]!] = { ...kept, revisions: kept.revisions.slice(1) }
    }
    const { exit_code, output } = await rollback(...TARGET, '--yes')
    expect(output).toContain('NOT returned: am-distributions')
    expect(exit_code).toBe(1)
  })

  test.each([
    [[], '--env is required.'],
    [['--env', 'prod'], '--project is required.'],
    [['--env', 'prod', '--project'], '--project needs a value.'],
    [[...TARGET, '--all'], 'Unknown option --all.'],
    [[...TARGET, '--funktion', 'audiences'], 'Unknown option --funktion. Did you mean --function?'],
    [[...TARGET, '--rev', 'am-audiences-00001'], 'Unknown option --rev. Did you mean --revision?'],
    [[...TARGET, 'audiences'], 'Unexpected argument audiences.'],
    [[...TARGET, '--revision', 'am-audiences-00001'], '--revision needs --function.'],
  ])('refuses %j with its usage', async (parameters, message) => {
    const { exit_code, output } = await rollback(...parameters)
    const [first, second] = output.split('\n')
    expect(first).toBe(message)
    expect(second).toMatch(/^Usage: infra\/deliver\/scripts\/rollback\.sh --env ENV/)
    expect(exit_code).toBe(2)
    expect(cloud.calls).toEqual([])
  })

  test.each([[['--help']], [['-h']], [['--env', 'prod', '--help']]])('explains itself for %j', async (parameters) => {
    const { exit_code, output } = await rollback(...parameters)
    expect(output).toMatch(/^Usage: [^]*\nOptions:\n[^]*\nExamples:\n/)
    expect(exit_code).toBe(0)
    expect(cloud.calls).toEqual([])
  })
})

test('the lock that a rollout writes is one that rollback.sh can read', async () => {
  let body = ''
  await world.run({
    name: 'build-9',
    gate_ms: 0,
    beforeCall: (_call, args) => {
      if (args.some((arg) => arg.includes('=50,'))) body = Object.values(cloud.objects)[0]!.body
    },
  })
  // The very patterns of the script: a member per line, two and four blanks before it.
  expect(body).toMatch(/^ {2}"owner": "build-9",$/m)
  for (const service of SERVICES) expect(body).toMatch(new RegExp(`^ {4}"${service}": "${service}-00001",?$`, 'm'))
})
