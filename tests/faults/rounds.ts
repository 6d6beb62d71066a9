import { FIRST_SEED } from '#tests/support/seeds.ts'

/** The seeds of a test's rounds. */
export const SEEDS: readonly number[] = Array.from({ length: 3 }, (_, i) => FIRST_SEED + i)

/** The waits are those of production, counted on a faster clock. */
export const CLOCK_FACTOR = 8

/** What a round may take on a machine that does much else. */
export const ROUND_MS_MAX = 300_000
