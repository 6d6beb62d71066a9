import { describe, expect, test } from 'vitest'

import { LEASE_MS } from '#infra/deliver/rollout/lock.ts'
import type { Outcome } from '#infra/deliver/rollout/rollout.ts'
import { serviceOf } from '#infra/deliver/rollout/names.ts'
import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { longTest, someOf } from '#tests/support/effort.ts'
import { type Build, IMAGE, OTHER_IMAGE, World } from './simulated.ts'

/**
 * What a rollout leaves behind that is killed, or whose gcloud fails, at any of its calls; and what the next one makes
 * of it. Gates are one round long here: what they wait for is time, and time alone calls nothing.
 */
const FUNCTIONS = FUNCTION_NAMES.slice(0, 3)
const SERVICES = FUNCTIONS.map(serviceOf)
const build: Build = { name: 'build', gate_ms: 0 }
const successor: Build = { name: 'successor', gate_ms: 0 }

/** How many calls of gcloud a rollout makes. */
async function callsOfRollout(): Promise<number> {
  const world = new World(FUNCTIONS)
  await world.run(build)
  return world.cloud.calls.length
}

const CALLS = await callsOfRollout()

/** Runs a build until it is killed: from then on nothing of it runs any more. */
async function runKilled(world: World, killed_build: Build, at: 'beforeCall' | 'afterCall', at_call: number) {
  const death = Promise.withResolvers<void>()
  const die = (call: number): Promise<void> | undefined => {
    if (call !== at_call) return undefined
    death.resolve()
    return new Promise(() => {})
  }
  await world.clock.run(() => Promise.race([world.start({ ...killed_build, [at]: die }), death.promise]))
}

/** The outcome, or that the lock was not even had. */
function runFailing(world: World, failing: Build): Promise<Outcome['kind'] | 'not begun'> {
  return world.clock.run(() =>
    world.start(failing).then(
      ({ kind }) => kind,
      () => 'not begun' as const,
    ),
  )
}

describe('a rollout that is killed', () => {
  test('makes enough calls for the tests below to mean something', () => {
    expect(CALLS).toBeGreaterThan(20 * SERVICES.length)
  })

  test.each(someOf(['beforeCall', 'afterCall'] as const, (when) => when === 'afterCall'))(
    'at any of its calls (%s) has a successor that puts traffic back before it does anything else',
    async (at) => {
      let restored = 0
      let settled = 0
      for (let call = 0; call < CALLS; call++) {
        const world = new World(FUNCTIONS)
        await runKilled(world, build, at, call)
        const left = world.whole()
        // A successor that gets no traffic itself shows what it put back.
        world.smokeFault = () => 'answered 500'
        const { kind } = await world.run(successor)
        // Killed once all candidates had been recorded as serving, there is nothing to put back.
        expect(['nothing to do', 'rolled back']).toContain(kind)
        if (kind === 'nothing to do') settled++
        expect(world.whole(), `killed at call ${call}`).toBe(kind === 'nothing to do' ? 'new' : 'old')
        expect(world.isLocked()).toBe(false)
        expect([left, kind]).not.toEqual(['mixed', 'nothing to do'])
        if (left !== 'old' && kind === 'rolled back') restored++

        world.smokeFault = () => undefined
        await world.run({ name: 'third', gate_ms: 0 })
        expect(world.whole()).toBe('new')
        expect(world.candidates()).toEqual(SERVICES.map(() => undefined))
      }
      expect(restored).toBeGreaterThan(10)
      expect(settled).toBeGreaterThan(1)
    },
  )

  longTest('together with its successor, at any call of that, leaves the third to put traffic back', async () => {
    for (let call = 0; call < 30; call++) {
      const world = new World(FUNCTIONS)
      // In the middle of going to 50 %.
      await runKilled(world, build, 'afterCall', callOfShift(50))
      expect(world.whole()).toBe('mixed')
      await world.clock.advance(2 * LEASE_MS)
      world.smokeFault = () => 'answered 500'
      await runKilled(world, successor, 'beforeCall', call)
      const { kind } = await world.run({ name: 'third', gate_ms: 0 })
      expect(kind, `the successor was killed at call ${call}`).toBe('rolled back')
      expect(world.whole()).toBe('old')
      expect(world.isLocked()).toBe(false)
    }
  })
})

describe('a rollout one of whose calls fails', () => {
  test.each(['without effect', 'after its effect'] as const)(
    '%s ends with all traffic old or all new, whichever call it was',
    async (effect) => {
      const kinds = new Set<string>()
      for (let at_call = 0; at_call < CALLS; at_call++) {
        const world = new World(FUNCTIONS)
        const kind = await runFailing(world, { ...build, fault: (call) => (call === at_call ? effect : undefined) })
        kinds.add(kind)
        const expected = kind === 'rolled out' ? 'new' : 'old'
        expect(world.whole(), `${kind} after call ${at_call} failed`).toBe(expected)
        // A failure to remove the lock, or to hear that it was taken, leaves it: the next one still gets through.
        const next = world.isLocked() ? await world.run(successor) : undefined
        expect([undefined, 'rolled out', 'nothing to do']).toContain(next?.kind)
        expect(world.isLocked()).toBe(false)
      }
      expect(kinds).toContain('rolled back')
      expect(kinds).toContain('rolled out')
    },
  )

  test('and that cannot put traffic back says so, and leaves the lock for the next one', async () => {
    const world = new World(FUNCTIONS)
    let is_away = false
    const kind = await runFailing(world, {
      ...build,
      afterCall: (_call, args) => void (is_away ||= args.join(' ').includes('=10,')),
      fault: () => (is_away ? 'without effect' : undefined),
    })
    expect(kind).toBe('stuck')
    expect(world.whole()).toBe('mixed')
    expect(world.isLocked()).toBe(true)
    world.smokeFault = () => 'answered 500'
    await world.run(successor)
    expect(world.whole()).toBe('old')
  })
})

describe('two simultaneous builds', () => {
  test('roll out one after the other, the second over what the first brought', async () => {
    const world = new World(FUNCTIONS)
    const [first, second] = await world.clock.run(() =>
      Promise.all([
        world.start({ name: 'first' }),
        world.clock.sleep(60_000).then(() => world.start({ name: 'second', image: OTHER_IMAGE })),
      ]),
    )
    expect([first.kind, second.kind]).toEqual(['rolled out', 'rolled out'])
    expect(world.whole()).toBe('new')
    const images = world.cloud.calls.flatMap((args) => args.filter((arg) => arg.startsWith('--image=')))
    expect(images).toEqual([...SERVICES.map(() => `--image=${IMAGE}`), ...SERVICES.map(() => `--image=${OTHER_IMAGE}`)])
    expect(world.said.some((line) => line.startsWith('second: second waits for first'))).toBe(true)
  })

  test('do not wait for ever: the second gives up, having changed nothing', async () => {
    const world = new World(FUNCTIONS)
    const [first, second] = await world.clock.run(() =>
      Promise.all([
        world.start({ name: 'first' }),
        world.clock
          .sleep(60_000)
          .then(() => world.start({ name: 'second', image: OTHER_IMAGE, wait_ms_max: 5 * 60_000 }))
          .catch((error: unknown) => error),
      ]),
    )
    expect(first.kind).toBe('rolled out')
    expect(second).toMatchObject({ name: 'LockBusy', message: 'first is still rolling out; nothing was changed' })
    expect(world.deploys()).toBe(SERVICES.length)
  })

  test('that both find a dead one become one that takes over and one that waits', async () => {
    const world = new World(FUNCTIONS)
    await runKilled(world, build, 'afterCall', callOfShift(10))
    const outcomes = await world.clock.run(() =>
      Promise.all([world.start({ name: 'second' }), world.start({ name: 'third' })]),
    )
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['nothing to do', 'rolled out'])
    expect(world.whole()).toBe('new')
  })

  test('wait for a lease to run out before they take anything from a build that says nothing', async () => {
    const world = new World(FUNCTIONS)
    await runKilled(world, build, 'afterCall', callOfShift(10))
    const died_ms = world.clock.monotonicMs()
    let touched_ms = Infinity
    await world.run({
      ...successor,
      beforeCall: (_call, [, verb]) => {
        if (verb !== 'objects' && verb !== 'cat') touched_ms = Math.min(touched_ms, world.clock.monotonicMs())
      },
    })
    expect(touched_ms - died_ms).toBeGreaterThan(LEASE_MS - 10_000)
    expect(touched_ms - died_ms).toBeLessThan(LEASE_MS + 120_000)
  })

  test('one of which slept through its lease, end with the other one alone', async () => {
    const world = new World(FUNCTIONS)
    let slept = false
    const [sleeper, other] = await world.clock.run(() =>
      Promise.all([
        world.start({
          ...build,
          name: 'sleeper',
          beforeCall: async (_call, [, verb]) => {
            const is_shifting = world.traffic().some((traffic) => Object.values(traffic).includes(10))
            if (slept || verb !== 'cp' || !is_shifting) return
            slept = true
            await world.clock.sleep(60 * 60_000)
          },
        }),
        world.clock.sleep(60_000).then(() => world.start({ name: 'other', image: OTHER_IMAGE, gate_ms: 0 })),
      ]),
    )
    expect(slept).toBe(true)
    expect(sleeper.kind).toBe('lease lost')
    expect(other.kind).toBe('rolled out')
    expect(world.whole()).toBe('new')
    expect(world.cloud.services[SERVICES[0]!]!.revisions.at(-1)!.image).toBe(OTHER_IMAGE)
  })
})

/** Which call gives the second of three functions its share; found by a rollout of its own. */
function callOfShift(percent: number): number {
  const at = SHIFTS.findIndex((text) => text.includes(`${SERVICES[1]} --to-revisions`) && text.includes(`=${percent},`))
  expect(at).toBeGreaterThan(0)
  return at
}

const SHIFTS = await (async () => {
  const world = new World(FUNCTIONS)
  await world.run(build)
  return world.cloud.calls.map((args) =>
    args
      .slice(2)
      .join(' ')
      .replace(/^update-traffic /, ''),
  )
})()
