import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { MINUTE_MS } from '#shared/base/durations.ts'
import { systemClock } from '#shared/base/clock.ts'
import { FUNCTIONS } from '#shared/contract/functions.ts'
import { liveAudiences } from '#tests/faults/stored.ts'
import { between, seededRandom } from '#tests/simulation/seeded-random.ts'
import { asCode, importer } from './clients/commands.ts'
import { SoakDevice } from './clients/device.ts'
import { httpUser, shown } from './clients/http-user.ts'
import { repeated } from './clients/repeated.ts'
import { runJob, schedule } from './clients/schedule.ts'
import type { Site } from './clients/site.ts'
import { Evidence } from './evidence.ts'
import { growthOf, type Sample } from './growth.ts'
import { Ledger } from './ledger.ts'
import { measured, type SoakInstance, startSoakSystem } from './system.ts'

export interface SoakOptions {
  readonly minutes: number
  readonly seed: number
  /** Ends the work of the clients early; what they did is judged all the same. */
  readonly signal?: AbortSignal
  /** Called with each line of progress. */
  readonly print: (line: string) => void
}

export interface SoakResult {
  /** Lines of a table. */
  readonly figures: readonly string[]
  readonly faults: readonly string[]
  /** Where something is wrong: the folder with what was done, answered, logged and stored. */
  readonly evidence: string | undefined
}

const USERS_AT_WORK = 4
const DEVICES = ['device_user', 'device_user', 'other_device_user']
const SAMPLES = 120
/** Until then instances load code that they have not needed before: their growth is shown and not judged. */
const SETTLED_AFTER_MINUTES = 3
/** Fewer say nothing, however busy the machine is. */
const SAMPLES_MIN = 8
const SAMPLE_EACH_MS_MIN = 500
const STRIKE_EACH_MS_MAX = 20_000
/** Of the same kind; more of it tell nothing more. */
const FAULTS_TOLD_MAX = 50
const DISPATCHES_MAX = 50

/** Runs the system under all its clients, and judges what is left of it. */
export async function soak({ minutes, seed, signal, print }: SoakOptions): Promise<SoakResult> {
  const random = seededRandom(seed)
  const began_ms = systemClock.monotonicMs()
  const system = await startSoakSystem(random)
  try {
    const counts = new Map<string, number>()
    const ending = new AbortController()
    const ledger = new Ledger()
    const evidence = new Evidence()
    const site: Site = {
      system,
      ledger,
      evidence,
      random,
      ending: ending.signal,
      distributions: new Map(),
      count: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1),
    }
    print(`${system.instances().length} instances run after ${seconds(systemClock.monotonicMs() - began_ms)} s`)
    const duration_ms = minutes * MINUTE_MS
    const samples = new Map<SoakInstance, Sample[]>()
    const devices = DEVICES.map((user_id, at) => new SoakDevice(site, user_id, `device ${at} of ${user_id}`))
    const users = usersOf(site)
    const work: Promise<void>[] = [
      ...Array.from({ length: USERS_AT_WORK }, () => users()),
      ...devices.map((device) => device.work()),
      importer(site, 'import_user'),
      asCode(site, 'as_code_user'),
      schedule(site),
      strikes(site, duration_ms),
      watch(site, duration_ms, samples, print),
    ]
    const is_over = AbortSignal.any([ending.signal, ...(signal ? [signal] : [])])
    void systemClock.sleep(duration_ms, is_over).then(() => ending.abort())
    // One that fails ends the others.
    for (const one of work) one.catch(() => ending.abort())
    await Promise.all(work)

    await system.heal()
    await judgeAtRest(site, devices)
    const growths = judgeGrowth(site, samples, minutes)
    const files = await filesOf(system.data_dir, system.bucket)
    if (files.staging > 0) ledger.report(`${files.staging} files of unfinished writes were left`)
    const { audiences } = await liveAudiences(system.data_dir, system.bucket)
    ledger.checkStored(audiences)
    const answers = [...system.edge.answers].toSorted(([a], [b]) => (a < b ? -1 : 1))
    for (const [answer, count] of answers)
      if (/ 5(?!03)\d\d$/.test(answer)) ledger.report(`${count} times the answer ${answer}`)
    for (const target of system.edge.hanging) ledger.report(`${target} was never answered`)
    const { acknowledged, unknown, unmade, refused } = ledger.counts()
    const kept = ledger.faults.length > 0 ? await evidence.keep(system.data_dir, system.logs()) : undefined
    const total = answers.reduce((sum, [, count]) => sum + count, 0)
    return {
      figures: [
        `${minutes} minutes, seed ${seed}: ${total} answers, ${system.strikes()} faults of the network to the store`,
        `changes: ${acknowledged} acknowledged, ${unknown} of unknown outcome, ${unmade} not made, ${refused} refused`,
        `done: ${[...counts].map(([what, count]) => `${count} ${what}`).join(', ')}`,
        `stored: ${audiences.size} audiences in ${files.objects} objects`,
        ...growths,
        `answers: ${answers.map(([answer, count]) => `${answer} × ${count}`).join(', ')}`,
      ],
      faults: ledger.faults.slice(0, FAULTS_TOLD_MAX),
      evidence: kept,
    }
  } finally {
    await system.close()
  }
}

/** One person after the other. */
function usersOf(site: Site): () => Promise<void> {
  let count = 0
  return async () => {
    while (!site.ending.aborted) await httpUser(site, `user_${++count}`)
  }
}

async function strikes({ system, random, ending, evidence, count }: Site, duration_ms: number): Promise<void> {
  const pause_ms_max = Math.min(STRIKE_EACH_MS_MAX, duration_ms / 2)
  for (;;) {
    await systemClock.sleep(between(random, pause_ms_max / 4, pause_ms_max), ending)
    if (ending.aborted) return
    const killed = await system.strike(random)
    evidence.note(`${killed} was killed and runs again`)
    count(`kill -9 of ${killed}`)
  }
}

/** Measures every instance that nobody kills, and tells what is wrong already. */
async function watch(
  { system, ledger, ending }: Site,
  duration_ms: number,
  samples: Map<SoakInstance, Sample[]>,
  print: (line: string) => void,
): Promise<void> {
  let told = 0
  const each_ms = Math.max(SAMPLE_EACH_MS_MIN, duration_ms / SAMPLES)
  for (let round = 1; !ending.aborted || round <= SAMPLES_MIN; round++) {
    for (const instance of system.instances()) {
      if (instance.is_killed) continue
      if (instance.process.exitCode !== null || instance.process.signalCode !== null)
        throw new Error(`${instance.name} ended by itself: ${JSON.stringify(instance.lines.slice(-5))}`)
      samples.set(instance, [...(samples.get(instance) ?? []), await measured(instance)])
    }
    for (; told < ledger.faults.length && told < FAULTS_TOLD_MAX; told++) print(`WRONG: ${ledger.faults[told]}`)
    if (round % 10 === 0) {
      const now = [...samples].map(([{ name }, of]) => `${name} ${of.at(-1)!.rss_mib}`)
      print(`after ${seconds(round * each_ms)} s, MiB: ${now.join(', ')}`)
    }
    await systemClock.sleep(each_ms, ending)
  }
}

function judgeGrowth(
  { ledger }: Site,
  samples: ReadonlyMap<SoakInstance, readonly Sample[]>,
  minutes: number,
): string[] {
  return [...samples].map(([{ name }, of]) => {
    const { rss_mib, fds, peak_mib, faults } = growthOf(name, of)
    if (minutes >= SETTLED_AFTER_MINUTES) for (const fault of faults) ledger.report(fault)
    return `${name}: ${rss_mib[0]} MiB, then ${rss_mib[1]}, at most ${peak_mib}; ${fds[0]} open files, then ${fds[1]}`
  })
}

/** Nothing is at fault any more: everybody has everything, and every instance answers. */
async function judgeAtRest(site: Site, devices: readonly SoakDevice[]): Promise<void> {
  const { system, ledger, distributions } = site
  for (const { name, url } of system.instances()) {
    const [prefix] = FUNCTIONS[name].path_prefixes
    const response = await fetch(`${url}${prefix}/health`)
    if (response.status !== 200) ledger.report(`${name} is ${response.status} at rest: ${await response.text()}`)
  }
  for (const [at, device] of devices.entries()) {
    const user_id = DEVICES[at]!
    ledger.checkShown(user_id, 'a device', await device.end())
    ledger.checkShown(user_id, 'the list', await shown(system.as(user_id)))
  }
  for (const user_id of ['import_user', 'as_code_user'])
    ledger.checkShown(user_id, 'the list', await shown(system.as(user_id)))
  // What becomes due while the dispatch runs may be begun or not.
  let dispatched_ms = systemClock.nowMs()
  for (let dispatches = 0; !(await runJob(site, 'dispatch')) && dispatches < DISPATCHES_MAX; dispatches++) {
    await systemClock.sleep(500)
    dispatched_ms = systemClock.nowMs()
  }
  for (const [user_id, expected] of distributions) await judgeDistributions(site, user_id, expected, dispatched_ms)
}

/** @param dispatched_ms when the dispatch began that came to its end */
async function judgeDistributions(
  { system, ledger }: Site,
  user_id: string,
  expected: Site['distributions'] extends Map<string, infer Expected> ? Expected : never,
  dispatched_ms: number,
): Promise<void> {
  const client = system.as(user_id)
  const { body } = await repeated(() => client.call('GET', '/api/distributions?limit=100'))
  const stored = body['distributions'] as { distribution_id: string; status: string }[]
  if (stored.length !== expected.length)
    ledger.report(`${user_id} made ${expected.length} distributions and has ${stored.length}`)
  const now_ms = systemClock.nowMs()
  for (const { distribution_id, due_ms } of expected) {
    const found = stored.find((one) => one.distribution_id === distribution_id)
    const is_due = due_ms === undefined || due_ms < dispatched_ms
    if (!is_due && due_ms < now_ms) continue
    const wanted = is_due ? 'pending' : 'scheduled'
    if (found?.status !== wanted)
      ledger.report(`${distribution_id} of ${user_id} is ${found?.status ?? 'gone'}, not ${wanted}`)
    const reply = await repeated(() => client.call('GET', `/api/distributions/${distribution_id}`))
    const { attempts = [] } = (reply.body['distribution'] ?? {}) as { attempts?: unknown[] }
    if (is_due && attempts.length !== 1) ledger.report(`${distribution_id} was begun ${attempts.length} times`)
  }
}

async function filesOf(data_dir: string, bucket: string): Promise<{ objects: number; staging: number }> {
  const count = async (...folder: string[]) => {
    const entries = await readdir(join(data_dir, ...folder), { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).length
  }
  return { objects: await count('buckets', bucket), staging: await count('staging') }
}

function seconds(duration_ms: number): string {
  return (duration_ms / 1000).toFixed(0)
}
