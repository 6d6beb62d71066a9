/** How much is tried: `ROUNDS=50 npx vitest run tests/faults` for longer, `SEED=7` to see one round again. */
const rounds = Number(process.env['ROUNDS'] ?? 1)
const first_seed = Number(process.env['SEED'] ?? 1)

/** The seeds of a test's rounds; with SEED only that one, unless ROUNDS asks for more from there on. */
export const SEEDS: readonly number[] = Array.from({ length: rounds }, (_, i) => first_seed + i)

/** The waits are those of production, counted on a faster clock: no faster than a busy machine can follow. */
export const CLOCK_FACTOR = 8

/** What a round may take on a machine that does much else. */
export const ROUND_MS_MAX = 120_000
