import { hash } from 'node:crypto'

import { Problem } from '../../base/problem.ts'
import type { IdempotencyRequest } from '../call.ts'

const KEY_PATTERN = /^[\x21-\x7e]{1,255}$/
/** 16 bytes as hex. */
const HASH_CHARACTERS = 32

/**
 * The hashes that the ledger keeps of a request with `Idempotency-Key`; `undefined` without one.
 * @param path with its parameters decoded, so that two spellings of one path are one request
 * @throws Problem `invalid-input` for a key that is not 1–255 visible ASCII characters
 */
export function idempotencyRequest(
  key: string | undefined,
  { method, path, body }: { method: string; path: string; body: unknown },
): IdempotencyRequest | undefined {
  if (key === undefined) return undefined
  if (!KEY_PATTERN.test(key)) {
    throw new Problem('invalid-input', 'Idempotency-Key must be 1 to 255 visible characters', {
      errors: [{ path: 'Idempotency-Key', message: 'must be 1 to 255 visible characters' }],
    })
  }
  return {
    request_hash: hash16(JSON.stringify([method, path, key])),
    // With the key, which is kept nowhere: a stored hash of the body alone could confirm a guess at a secret in it.
    body_hash: hash16(body === undefined ? '' : `${key} ${canonicalJson(body)}`),
  }
}

/** JSON with the keys of every object sorted by code unit: the same for two spellings of one value. */
export function canonicalJson(value: unknown): string {
  const pieces: string[] = []
  addCanonical(value, pieces)
  return pieces.join('')
}

/** Joined once at the end: to join at every level would copy what is deep inside as often as it is deep. */
function addCanonical(value: unknown, pieces: string[]): void {
  if (Array.isArray(value)) {
    pieces.push('[')
    for (const [at, element] of value.entries()) {
      if (at > 0) pieces.push(',')
      addCanonical(element, pieces)
    }
    pieces.push(']')
  } else if (typeof value === 'object' && value !== null) {
    pieces.push('{')
    for (const [at, [name, member]] of Object.entries(value).sort(byName).entries()) {
      pieces.push(at > 0 ? ',' : '', JSON.stringify(name), ':')
      addCanonical(member, pieces)
    }
    pieces.push('}')
  } else {
    pieces.push(JSON.stringify(value))
  }
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : 1)

const hash16 = (text: string) => hash('sha256', text, 'hex').slice(0, HASH_CHARACTERS)
