/** Chance, injected: the simulation replays a seed, production uses the platform's cryptographic source. */
export interface Random {
  /** `length` random bytes, unpredictable in production (ids and commit ids are made of them). */
  bytes(length: number): Uint8Array
  /** Uniform in [0, 1): for jitter and sampling, never for secrets. */
  uniform(): number
}

export const systemRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  uniform: () => Math.random(),
}
