import { systemRandom } from '#shared/base/random.ts'

/** `ATTACK_RUNS`: how many times the small default number of requests; `ATTACK_SEED`: repeats a run that failed. */
const times = Number(process.env['ATTACK_RUNS'] ?? 1)
const SEED = Number(process.env['ATTACK_SEED'] ?? Buffer.from(systemRandom.bytes(4)).readInt32LE())

/** Parameters of a property that is tried `count` times by default. */
export const runs = (count: number) => ({ numRuns: Math.ceil(count * times), seed: SEED })

/** For titles, so that a failure says how to see it again. */
export const REPEAT = `ATTACK_SEED=${SEED}`
