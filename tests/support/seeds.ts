import fc from 'fast-check'

import { effort } from './effort.ts'

/**
 * The seeds of every test that tries cases by chance, and how many it tries. By default the seed is fixed: the same
 * commit gives the same result on every machine. `npm run test:long` tries many times as much under a fresh seed;
 * a failure then shows in its title how to repeat it.
 */
export { default as fc } from 'fast-check'

const FIXED_SEED = 20_250_528

/** A whole number that all cases of this run follow from. */
const SEED = chosenSeed()

function chosenSeed(): number {
  const given = process.env['TEST_SEED']
  if (given === undefined) return FIXED_SEED
  const seed = Number(given)
  if (!Number.isInteger(seed)) throw new Error(`TEST_SEED must be a whole number, not ${given}`)
  return seed
}

/** For titles of tests: how to repeat this run. */
export const REPEAT = `TEST_SEED=${SEED}`

/** Where consecutive seeds of rounds and histories begin: at 1, or at TEST_SEED. */
export const FIRST_SEED = process.env['TEST_SEED'] === undefined ? 1 : SEED

/** Parameters of a property: how many cases are tried in `npm test`, and in `npm run test:long`. */
export function runs(few: number, many = few * 5): { numRuns: number; seed: number } {
  return { numRuns: effort(few, many), seed: SEED }
}

/**
 * Any character but halves of pairs, as of `unit: 'binary'`, and with the same texts for a seed. That unit first makes a
 * table of all million characters, in every process and only to shrink what it never made.
 */
const FIRST_HALF = 0xd800
const HALVES = 0x800
export const anyCharacter = fc.nat({ max: 0x10ffff - HALVES }).map(
  (at) => String.fromCodePoint(at < FIRST_HALF ? at : at + HALVES),
  (text) => {
    const point = typeof text === 'string' ? text.codePointAt(0) : undefined
    const is_one = point !== undefined && String.fromCodePoint(point) === text && text.isWellFormed()
    if (!is_one) throw new Error('not one character')
    return point < FIRST_HALF ? point : point - HALVES
  },
)

// A property that names no seed has this one too.
fc.configureGlobal({ seed: SEED })
