import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export const ALGORITHM = 'RS256'

export type PrivateKey = JWK & { kid: string }

/** The private key kept in `folder`; made when there is none. */
export async function keptKey(folder: string): Promise<PrivateKey> {
  const file = join(folder, 'key.json')
  try {
    return JSON.parse(await readFile(file, 'utf8')) as PrivateKey
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true })
  const jwk = await exportJWK(privateKey)
  const kept = { ...jwk, kid: `local-${String(jwk.n).slice(0, 8)}` }
  await mkdir(folder, { recursive: true })
  await writeFile(file, JSON.stringify(kept), { mode: 0o600 })
  return kept
}
