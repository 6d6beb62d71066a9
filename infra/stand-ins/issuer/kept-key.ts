import { exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'

import { writeWhole } from '../kit/whole-file.ts'

export const ALGORITHM = 'RS256'

export type PrivateKey = JWK & { kid: string }

const keySchema = z.looseObject({ kty: z.literal('RSA'), n: z.string(), e: z.string(), d: z.string(), kid: z.string() })

/**
 * The private key kept in `folder`; made when there is none, or none that can be used: all that is lost with a local
 * signing key is the tokens of the last hour.
 */
export async function keptKey(folder: string, tell = tellOperator): Promise<PrivateKey> {
  const file = join(folder, 'key.json')
  const text = await textOf(file)
  const known = text === undefined ? undefined : await usable(text)
  if (known !== undefined) return known
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true })
  const jwk = await exportJWK(privateKey)
  const kept = { ...jwk, kid: `local-${String(jwk.n).slice(0, 8)}` }
  await mkdir(folder, { recursive: true })
  writeWhole(file, JSON.stringify(kept), 0o600)
  if (text !== undefined) {
    tell(
      `${file} was damaged, perhaps by a full disk: there is a new key now. Tokens from before are refused; get new ones.`,
    )
  }
  return kept
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function usable(text: string): Promise<PrivateKey | undefined> {
  try {
    const jwk = keySchema.parse(JSON.parse(text))
    await importJWK(jwk, ALGORITHM)
    return jwk
  } catch {
    return undefined
  }
}

function tellOperator(text: string): void {
  process.stderr.write(`${text}\n`)
}
