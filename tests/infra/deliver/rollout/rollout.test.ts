import { describe, expect, test } from 'vitest'

import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { assetOf, IMAGE, LOCK_URL, monitored, OTHER_IMAGE, SERVICES, World } from './simulated.ts'
import { tagsOf } from './stand-in/cloud.ts'

const MINUTE_MS = 60_000

/** What each service's traffic was changed to, one text per change: `am-audiences 00002=10,00001=90`. */
function shiftsOf(world: World): string[] {
  return world.cloud.calls.flatMap(([, , verb, service = '', ...flags]) => {
    const to = flags.find((flag) => flag.startsWith('--to-revisions='))
    return verb === 'update-traffic' && to !== undefined
      ? [`${service} ${to.replace('--to-revisions=', '').replaceAll(`${service}-`, '')}`]
      : []
  })
}

describe('a rollout', () => {
  test('brings every function to 10, 50 and 100 %, with a gate of ten minutes after each share', async () => {
    const world = new World()
    const outcome = await world.run({ name: 'build' })
    expect(outcome.kind).toBe('rolled out')
    expect(world.whole()).toBe('new')
    const shares = ['00002=10,00001=90', '00002=50,00001=50', '00002=100']
    expect(shiftsOf(world)).toEqual(shares.flatMap((share) => SERVICES.map((service) => `${service} ${share}`)))
    expect(world.clock.monotonicMs()).toBeGreaterThan(20 * MINUTE_MS)
    expect(world.clock.monotonicMs()).toBeLessThan(24 * MINUTE_MS)
  })

  test('has the schedule call the new revision once that has all traffic', async () => {
    const world = new World()
    await world.run({ name: 'build' })
    const [called] = world.cloud.scheduled_calls
    expect(called).toEqual({ revision: 'am-maintenance-00002', route: '/api/maintenance/metrics', status: 200 })
    expect(world.said).toContain('build: Cloud Scheduler called the new revision, which answered 200')
  })

  test('whose new revision refuses the scheduler is taken back, and says what was answered', async () => {
    const world = new World()
    world.cloud.scheduled_status = 403
    const outcome = await world.run({ name: 'build' })
    expect(outcome).toMatchObject({ kind: 'rolled back' })
    expect(world.said.join('\n')).toContain('am-maintenance-00002 answered 403 to Cloud Scheduler')
    expect(world.whole()).toBe('old')
    expect(world.isLocked()).toBe(false)
  })

  test('whose schedule calls nobody stays, and is no success: an older release would not be called either', async () => {
    const world = new World()
    world.cloud.scheduled_status = undefined
    const outcome = await world.run({ name: 'build' })
    expect(outcome).toMatchObject({ kind: 'unproven', reason: expect.stringContaining('within 4 minutes') as string })
    expect(world.whole()).toBe('new')
    expect(world.isLocked()).toBe(false)
  })

  test('leaves no candidate and no lock behind, and tags what served before as previous', async () => {
    const world = new World()
    await world.run({ name: 'build' })
    expect(world.isLocked()).toBe(false)
    for (const service of SERVICES) expect(tagsOf(world.cloud, service)).toEqual({ previous: `${service}-00001` })
  })

  test('tests the candidates of all functions before any of them gets traffic', async () => {
    const world = new World()
    let smoked_before_traffic: string[] | undefined
    await world.run({
      name: 'build',
      beforeCall: (_call, args) => {
        if (args.some((arg) => arg.startsWith('--to-revisions'))) smoked_before_traffic ??= [...world.smoked]
      },
    })
    expect(smoked_before_traffic).toEqual(SERVICES.map((service) => `${service}-00002`))
  })

  test('uploads the assets of the app before a candidate, and dates those of the release that it replaced', async () => {
    const world = new World()
    const [first, second] = [assetOf(IMAGE), assetOf(OTHER_IMAGE)]
    await world.run({ name: 'first' })
    expect(world.assets()).toEqual({ [first]: null })
    await world.run({ name: 'second', image: OTHER_IMAGE })
    const { [first]: left, [second]: stays } = world.assets()
    expect([typeof left, stays]).toEqual(['string', null])
    // A release that comes back has its assets back: those of the other leave.
    await world.run({ name: 'third' })
    expect(world.assets()).toEqual({ [first]: null, [second]: expect.any(String) as string })
    expect(Date.parse(String(world.assets()[second]))).toBeGreaterThan(Date.parse(String(left)))
  })

  test('that is taken back dates nothing: the pages of the release that serves go on', async () => {
    const world = new World()
    await world.run({ name: 'first' })
    world.smokeFault = (name, revision) => (name === 'web' && revision.endsWith('3') ? 'broken' : undefined)
    expect((await world.run({ name: 'second', image: OTHER_IMAGE })).kind).toBe('rolled back')
    expect(world.assets()).toEqual({ [assetOf(IMAGE)]: null, [assetOf(OTHER_IMAGE)]: null })
  })

  test('of an image that serves already changes nothing', async () => {
    const world = new World()
    await world.run({ name: 'build' })
    const deploys = world.deploys()
    expect(await world.run({ name: 'again' })).toEqual({ kind: 'nothing to do' })
    expect(world.deploys()).toBe(deploys)
    expect(world.whole()).toBe('new')
    expect(world.isLocked()).toBe(false)
  })

  test('of an image that failed before tries the same revisions again', async () => {
    const world = new World()
    world.smokeFault = (name) => (name === 'insights' ? 'answered 500' : undefined)
    await world.run({ name: 'build' })
    world.smokeFault = () => undefined
    expect((await world.run({ name: 'again' })).kind).toBe('rolled out')
    expect(world.deploys()).toBe(SERVICES.length)
    expect(world.whole()).toBe('new')
  })

  test('takes along a revision with new settings, which Terraform made of the image that serves', async () => {
    const world = new World()
    await world.run({ name: 'build' })
    const [service = ''] = SERVICES
    world.cloud.services[service]!.revisions.push({ name: `${service}-00003`, image: IMAGE, is_ready: true })
    const outcome = await world.run({ name: 'settings' })
    expect(outcome).toEqual({ kind: 'rolled out', revisions: { [service]: `${service}-00003` } })
    expect(world.whole()).toBe('new')
  })

  test('refuses traffic that is split for a reason that no lock knows', async () => {
    const world = new World()
    await world.run({ name: 'build' })
    const [service = ''] = SERVICES
    const split = [
      { revision: `${service}-00001`, percent: 30 },
      { revision: `${service}-00002`, percent: 70 },
    ]
    world.cloud.services[service]!.traffic = split
    const outcome = await world.run({ name: 'next', image: OTHER_IMAGE })
    expect(outcome).toMatchObject({
      kind: 'refused',
      reason: { message: expect.stringContaining('is split') as unknown },
    })
    expect(world.cloud.services[service]!.traffic).toEqual(split)
    expect(world.isLocked()).toBe(false)
  })
})

describe('a rollout is taken back', () => {
  test('without any traffic when the smoke test of one function fails', async () => {
    const world = new World()
    world.smokeFault = (name) => (name === 'platforms' ? 'answered 503' : undefined)
    const outcome = await world.run({ name: 'build' })
    expect(outcome).toMatchObject({
      kind: 'rolled back',
      reason: { message: 'The smoke test failed: platforms, health: answered 503' },
    })
    expect(shiftsOf(world).filter((shift) => shift.includes('00002'))).toEqual([])
    expectWhollyOld(world)
  })

  test('when the image does not start', async () => {
    const world = new World()
    world.cloud.broken_images.push(IMAGE)
    expect((await world.run({ name: 'build' })).kind).toBe('rolled back')
    expect(world.smoked.size).toBe(0)
    expectWhollyOld(world)
  })

  test.each([10, 50])('for all functions when the gate of one fails at %i %', async (percent) => {
    const world = new World()
    const [service = ''] = SERVICES
    world.smokeFault = (name) => {
      const has_share = world.traffic()[0]![`${service}-00002`] === percent
      return name === FUNCTION_NAMES[1] && has_share ? 'answered 500' : undefined
    }
    const outcome = await world.run({ name: 'build' })
    expect(outcome).toMatchObject({ kind: 'rolled back', reason: { message: /^The gate failed: / } })
    const shares = shiftsOf(world).filter((shift) => shift.includes('00002='))
    expect(shares.at(-1)).toContain(`00002=${percent},`)
    expectWhollyOld(world)
  })

  test('when Cloud Monitoring shows nothing for thirty minutes', async () => {
    const world = new World()
    world.metrics = async () => monitored({ requests: 0, p95_ms: undefined })
    const outcome = await world.run({ name: 'build' })
    const message =
      'The gate was held for too long: audiences: Cloud Monitoring shows no requests yet, not even our own'
    expect(outcome).toMatchObject({ kind: 'rolled back', reason: { message } })
    expect(world.clock.monotonicMs()).toBeGreaterThan(30 * MINUTE_MS)
    expect(world.clock.monotonicMs()).toBeLessThan(34 * MINUTE_MS)
    expectWhollyOld(world)
  })

  test('when Cloud Monitoring cannot be read for thirty minutes', async () => {
    const world = new World()
    world.metrics = () => Promise.reject(new Error('answered 403'))
    const outcome = await world.run({ name: 'build' })
    expect(outcome).toMatchObject({
      reason: { message: expect.stringContaining('cannot be read: answered 403') as unknown },
    })
    expectWhollyOld(world)
  })

  test('immediately when many real requests fail, long before the gate ends', async () => {
    const world = new World()
    world.metrics = async () => monitored({ requests: 200, server_errors: 20 })
    const outcome = await world.run({ name: 'build' })
    expect(outcome).toMatchObject({
      reason: { message: expect.stringContaining('10.0 % of requests were answered with 5xx') as unknown },
    })
    expect(world.clock.monotonicMs()).toBeLessThan(5 * MINUTE_MS)
    expectWhollyOld(world)
  })

  test('of every function, when the new revision of sync answers 200 but defers what users push', async () => {
    const world = new World()
    world.metrics = async ({ name }) =>
      monitored(name === 'sync' ? { requests: 500, sync: { requests: 500, failures: 60 } } : {})
    const outcome = await world.run({ name: 'build' })
    const message = 'The gate failed: sync: 12.0 % of pulls and pushes failed or deferred a change'
    expect(outcome).toMatchObject({ kind: 'rolled back', reason: { message } })
    expectWhollyOld(world)
  })

  test('when the service is not there at all, without touching the others', async () => {
    const world = new World()
    delete world.cloud.services[SERVICES.at(-1)!]
    const outcome = await world.clock.run(() => world.start({ name: 'build' }).catch((error: unknown) => error))
    expect(outcome).toMatchObject({
      kind: 'refused',
      reason: { message: expect.stringContaining('Cannot find') as unknown },
    })
    expect(world.deploys()).toBe(0)
  })

  test('when it is told to end, whatever it was doing', async () => {
    for (const at of ['run deploy', '--update-tags', '=10,', '=50,', '=100']) {
      const world = new World()
      const controller = new AbortController()
      const outcome = await world.run({
        name: 'build',
        signal: controller.signal,
        afterCall: (_call, args) => {
          if (args.join(' ').includes(at)) controller.abort(new Error('Cancelled by SIGTERM'))
        },
      })
      expect(outcome).toMatchObject({ kind: 'rolled back', reason: { message: 'Cancelled by SIGTERM' } })
      expectWhollyOld(world)
    }
  })

  test('in the middle of a gate when it is told to end there', async () => {
    const world = new World()
    const controller = new AbortController()
    void world.clock.sleep(5 * MINUTE_MS).then(() => controller.abort(new Error('Cancelled by SIGTERM')))
    expect((await world.run({ name: 'build', signal: controller.signal })).kind).toBe('rolled back')
    expect(world.clock.monotonicMs()).toBeLessThan(7 * MINUTE_MS)
    expectWhollyOld(world)
  })
})

describe('a gate', () => {
  test('held for lack of data passes when the data come', async () => {
    const world = new World()
    world.metrics = async (_revision, since_ms, until_ms) =>
      monitored({ requests: until_ms - since_ms > 17 * MINUTE_MS ? 70 : 0 })
    expect((await world.run({ name: 'build' })).kind).toBe('rolled out')
    expect(world.clock.monotonicMs()).toBeGreaterThan(34 * MINUTE_MS)
    expect(world.said.filter((line) => line.includes('is held'))).toHaveLength(2)
  })

  test('outlives one bad round of requests', async () => {
    const world = new World()
    let rounds = 0
    world.smokeFault = (name) => (name === 'audiences' && ++rounds === 5 ? 'reset by peer' : undefined)
    expect((await world.run({ name: 'build' })).kind).toBe('rolled out')
  })
})

function expectWhollyOld(world: World): void {
  expect(world.whole()).toBe('old')
  expect(world.candidates()).toEqual(SERVICES.map(() => undefined))
  expect(world.cloud.objects[LOCK_URL]).toBeUndefined()
}
