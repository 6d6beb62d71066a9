import { fc, runs } from '#tests/support/seeds.ts'
import { describe, expect, test } from 'vitest'

import { CorruptFile } from '#shared/parquet/corrupt-file.ts'
import { assembleFile } from '#shared/parquet/file.ts'
import { rowsOfBytes, toyFile, toyRows, type ToyRow } from './toy-file.ts'

const small = fc.array(toyRows, { minLength: 1, maxLength: 3 })

/** The rows, or that the file is corrupt; anything else fails the test. */
async function readOrCorrupt(bytes: Uint8Array): Promise<ToyRow[] | 'corrupt'> {
  try {
    return await rowsOfBytes(bytes)
  } catch (error) {
    if (error instanceof CorruptFile) return 'corrupt'
    throw error
  }
}

describe('a damaged Parquet file', () => {
  test('is corrupt wherever it is cut off', async () => {
    await fc.assert(
      fc.asyncProperty(small, async (groups) => {
        const { bytes } = assembleFile(toyFile(groups))
        for (let length = 0; length < bytes.length; length++) {
          expect(await readOrCorrupt(bytes.subarray(0, length))).toBe('corrupt')
        }
      }),
      runs(1, 15),
    )
  })

  test('is corrupt wherever its beginning is lost', async () => {
    const { bytes } = assembleFile(toyFile(fc.sample(small, { numRuns: 1, seed: 3 })[0]!))
    for (let start = 1; start < bytes.length; start++)
      expect(await readOrCorrupt(bytes.subarray(start))).toBe('corrupt')
  })

  test('is corrupt wherever one bit of it has flipped', async () => {
    await fc.assert(
      fc.asyncProperty(small, async (groups) => {
        const { bytes } = assembleFile(toyFile(groups, undefined, new Map([['home', 'x'.repeat(100)]])))
        for (let at = 0; at < bytes.length; at++) {
          const flipped = Uint8Array.from(bytes)
          flipped[at]! ^= 1 << (at % 8)
          expect([at, await readOrCorrupt(flipped)]).toEqual([at, 'corrupt'])
        }
      }),
      runs(1, 20),
    )
  })

  test('is never anything but corrupt when it is not Parquet at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (noise) => {
        expect(await readOrCorrupt(noise)).toBe('corrupt')
        const framed = Buffer.concat([
          Buffer.from('PAR1'),
          noise,
          Buffer.from([noise.length, 0, 0, 0]),
          Buffer.from('PAR1'),
        ])
        expect(await readOrCorrupt(framed)).toBe('corrupt')
      }),
      runs(100, 1500),
    )
  })
})
