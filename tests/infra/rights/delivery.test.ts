import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'

import { isGrantedBy } from '#infra/rights/grants.ts'
import { fullName } from '#infra/rights/resources.ts'
import { PROJECT_ROOT } from '#tests/house/planted-repository.ts'
import { IMAGE, OTHER_IMAGE, World } from '#tests/infra/deliver/rollout/simulated.ts'
import type { Permits } from '#tests/infra/deliver/rollout/stand-in/cloud.ts'
import type { Needed } from '#tests/infra/deliver/rollout/stand-in/needed.ts'
import { startGcloud } from '#tests/infra/deliver/rollout/stand-in/program.ts'
import { longTest } from '#tests/support/effort.ts'
import { PLACE, plannedRights } from './planned-rights.ts'

/** Rollouts and the way back, with the rights of those who do them. */

const planned = await plannedRights()

/** The rights of an account or of people; what was denied is added to `denied`. */
function rightsOf(principal: string, denied: Needed[], isLeftOut: (address: string) => boolean = () => false): Permits {
  const own = planned!.grants.filter((grant) => grant.principal === principal && !isLeftOut(grant.address))
  return (needed) => {
    const is_permitted = own.some((grant) => isGrantedBy(grant, needed.permission, fullName(needed.on, PLACE)))
    if (!is_permitted) denied.push(needed)
    return is_permitted
  }
}

describe.skipIf(planned === undefined)('delivery', () => {
  test('with the rights of the delivery account a rollout ends with all traffic on the new revisions, and is denied nothing', async () => {
    const world = new World()
    const denied: Needed[] = []
    world.permits = rightsOf('am-delivery', denied)
    expect(await world.run({ name: 'build' })).toMatchObject({ kind: 'rolled out' })
    expect(await world.run({ name: 'next', image: OTHER_IMAGE })).toMatchObject({ kind: 'rolled out' })
    expect([denied, world.whole()]).toEqual([[], 'new'])
  })

  test('with the rights of the delivery account a rollout whose smoke test fails puts the old revisions back, and is denied nothing', async () => {
    const world = new World()
    const denied: Needed[] = []
    world.permits = rightsOf('am-delivery', denied)
    world.smokeFault = (name) => (name === 'sync' ? 'pull: answered 500' : undefined)
    expect(await world.run({ name: 'build' })).toMatchObject({ kind: 'rolled back' })
    expect([denied, world.whole()]).toEqual([[], 'old'])
  })

  test.each([
    ['google_service_account_iam_member.delivery_uses', 'iam.serviceAccounts.actAs', 'rolled back'],
    ['google_storage_bucket_iam_member.assets_delivery', 'storage.objects.create', 'rolled back'],
    ['google_cloud_run_v2_service_iam_member.delivery', 'run.services.get', 'refused'],
  ])('without %s nothing new serves', async (address, permission, kind) => {
    const world = new World()
    const denied: Needed[] = []
    world.permits = rightsOf('am-delivery', denied, (granted) => granted.startsWith(address))
    expect(await world.run({ name: 'build' })).toMatchObject({ kind })
    expect([denied[0]?.permission, world.whole()]).toEqual([permission, 'old'])
  })

  longTest('with the rights of people on call rollback.sh returns all traffic, and is denied nothing', async () => {
    const world = new World()
    for (const { revisions } of Object.values(world.cloud.services)) revisions[0]!.image = OTHER_IMAGE
    await world.run({ name: 'build', image: IMAGE, gate_ms: 0 })
    const denied: Needed[] = []
    const gcloud = await startGcloud({ cloud: world.cloud, permits: rightsOf('on call', denied) })
    onTestFinished(() => gcloud.close())
    const script = join(PROJECT_ROOT, 'infra/deliver/scripts/rollback.sh')
    const target = ['--env', 'staging', '--project', 'my-project', '--region', 'europe-west1', '--yes']
    const output = await new Promise<string>((resolve) => {
      const env = { ...process.env, ...gcloud.environment }
      execFile(script, target, { env }, (_error, stdout, stderr) => resolve(stdout + stderr)).stdin?.end()
    })
    expect(denied).toEqual([])
    expect(output).toContain('Returned: am-audiences=am-audiences-00001')
    expect(world.whole()).toBe('old')
  })
})
