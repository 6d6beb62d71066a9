/** Keys at rest: one JSON file that only its owner may read, replaced as a whole and with the disk waited for. */
import fs from 'node:fs'
import * as z from 'zod'

import { OperatorError } from '../../command/operator-error.ts'
import { writeWhole } from '../kit/whole-file.ts'

export const VERSION_STATES = ['ENABLED', 'DISABLED', 'DESTROY_SCHEDULED', 'DESTROYED'] as const
export type VersionState = (typeof VERSION_STATES)[number]

const versionSchema = z.strictObject({
  /** `1`, `2`, … */
  id: z.string(),
  state: z.enum(VERSION_STATES),
  created_ms: z.number(),
  /** What ciphertexts name the version by; base64, 8 bytes. */
  handle: z.string(),
  /** Base64, 32 bytes; null once destroyed. */
  material: z.string().nullable(),
  /** When it is to be destroyed, or was. */
  destroy_ms: z.number().nullable(),
})

const keySchema = z.strictObject({
  /** `projects/…/locations/…/keyRings/…/cryptoKeys/…` */
  name: z.string(),
  created_ms: z.number(),
  /** Id of the version that encrypts. */
  primary: z.string(),
  versions: z.array(versionSchema).min(1),
})

const fileSchema = z.strictObject({ format: z.literal(1), keys: z.array(keySchema) })

export type StoredVersion = z.output<typeof versionSchema>
export type StoredKey = z.output<typeof keySchema>

/**
 * The keys kept in `file`; none when it is not there.
 * @throws when it is damaged: with new keys in its place nothing encrypted so far could ever be decrypted
 */
export function readKeys(file: string): StoredKey[] {
  if (!fs.existsSync(file)) return []
  try {
    return fileSchema.parse(JSON.parse(fs.readFileSync(file, 'utf8'))).keys
  } catch {
    // Without a cause: it could quote the file.
    throw new OperatorError(
      `${file} is damaged. Restore it from a copy, or remove it and enter the credentials of all platforms again.`,
    )
  }
}

export function writeKeys(file: string, keys: readonly StoredKey[]): void {
  writeWhole(file, JSON.stringify({ format: 1, keys }), 0o600)
}
