import fc from 'fast-check'

import { systemRandom } from '#shared/base/random.ts'
import { effort } from './effort.ts'

/**
 * The seeds of every test that tries cases by chance, and how many it tries. By default the seed is fixed: the same
 * commit gives the same result on every machine. `npm run test:long` tries many times as much under a fresh seed;
 * a failure then shows in its title how to repeat it.
 */
export { default as fc } from 'fast-check'

const FIXED_SEED = 20_250_528

/** A whole number that all cases of this run follow from. */
export const SEED = chosenSeed()

function chosenSeed(): number {
  const given = process.env['TEST_SEED']
  if (given === undefined) return FIXED_SEED
  const seed = Number(given)
  if (!Number.isInteger(seed)) throw new Error(`TEST_SEED must be a whole number, not ${given}`)
  return seed
}

/** One that nobody has used before, for the command that passes it on as TEST_SEED. */
export function freshSeed(): number {
  return Buffer.from(systemRandom.bytes(4)).readUInt32LE() >>> 1
}

/** For titles of tests: how to repeat this run. */
export const REPEAT = `TEST_SEED=${SEED}`

/** Consecutive seeds of rounds or histories, from 1 on unless TEST_SEED says where from. */
export function seedsFrom(first: number, count: number): number[] {
  const offset = process.env['TEST_SEED'] === undefined ? 0 : SEED
  return Array.from({ length: count }, (_, at) => first + offset + at)
}

/** Parameters of a property: how many cases are tried in `npm test`, and in `npm run test:long`. */
export function runs(few: number, many = few * 5): { numRuns: number; seed: number } {
  return { numRuns: effort(few, many), seed: SEED }
}

// A property that names no seed has this one too.
fc.configureGlobal({ seed: SEED })
