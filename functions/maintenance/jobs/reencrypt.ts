import type { Clock } from '#shared/base/clock.ts'
import { KeyError } from '#shared/credentials/key-wrapper.ts'
import { needsReencryption, sealedCredentials, type CredentialVault } from '#shared/credentials/vault.ts'
import { PLATFORMS, type PlatformRow, SEALED_CREDENTIALS } from '#shared/records/platform.ts'
import { cellsOf, valuesOf } from '#shared/records/record-rows.ts'
import { sameCells } from '#shared/records/rows.ts'
import { RowGroupCounter } from '#shared/table/read/aggregate.ts'
import type { Decision, Mutation } from '#shared/table/commit/mutation.ts'
import type { Table } from '#shared/table/table.ts'
import { tableFolder } from '#shared/table/read/user-folders.ts'
import type { Job, Sums, UserTask } from '../runner/job.ts'
import { serverWriter } from '#shared/table/object/writer.ts'

const MAINTENANCE = serverWriter('maintenance')

export interface ReencryptDependencies {
  readonly platforms: Table<PlatformRow>
  readonly vault: CredentialVault | undefined
  readonly bucket: string
  readonly clock: Clock
}

interface ReencryptSums extends Sums {
  sealed: number
  outdated: number
  reencrypted: number
  overtaken: number
  failed: number
}

/** The key version of each platform's credentials; nothing else of them is kept. */
const keyVersions = new RowGroupCounter<PlatformRow, Map<string, string>>(
  ['platform_id', SEALED_CREDENTIALS],
  () => new Map(),
  (versions, cell) => {
    const stored = cell(SEALED_CREDENTIALS)
    if (stored !== null) versions.set(cell('platform_id'), keyVersionOf({ [SEALED_CREDENTIALS]: stored }))
  },
)

/**
 * Encrypts credentials again that another version of the key than the primary one encrypted, so that the old version
 * can be disabled. Opening and sealing happen before the commit, one platform after another; the commit takes place only where
 * the ciphertext still is the one that was opened, so whatever was saved meanwhile wins. The platform gets a new version,
 * not a new time of change.
 *
 * Cost of a user: one GET; for each outdated platform two calls to the key, and one PUT for all of them together.
 */
export function reencryptJob({ vault = NO_VAULT, ...others }: ReencryptDependencies): Job<ReencryptSums> {
  const dependencies = { ...others, vault }
  const primary = new PrimaryVersion(dependencies)
  return {
    name: 'reencrypt',
    top_folders: [tableFolder(PLATFORMS)],
    begin: () => ({ sealed: 0, outdated: 0, reencrypted: 0, overtaken: 0, failed: 0 }),
    line: () => ({
      severity: 'ERROR',
      event: 'reencryption_failed',
      message: 'credentials cannot be decrypted; they were not changed',
    }),
    processUser: (task) => processUser(dependencies, primary, task),
  }
}

type WithVault = ReencryptDependencies & { readonly vault: CredentialVault }

/** The primary version as of seconds ago: the key service lets itself be used more often than asked for it. */
class PrimaryVersion {
  readonly #dependencies: WithVault
  #known: { version: Promise<string>; until_ms: number } | undefined

  constructor(dependencies: WithVault) {
    this.#dependencies = dependencies
  }

  async current(): Promise<string> {
    const { vault, clock } = this.#dependencies
    const now_ms = clock.monotonicMs()
    if (this.#known && now_ms < this.#known.until_ms) return await this.#known.version
    const known = { version: vault.primaryVersion(), until_ms: now_ms + PRIMARY_KNOWN_MS }
    this.#known = known
    try {
      return await known.version
    } catch (error) {
      if (this.#known === known) this.#known = undefined
      throw error
    }
  }
}

const PRIMARY_KNOWN_MS = 10_000

async function processUser(
  dependencies: WithVault,
  primary_version: PrimaryVersion,
  task: UserTask<ReencryptSums>,
): Promise<void> {
  const { platforms } = dependencies
  const { user_id, folder, sums, dry_run } = task
  const listed = folder.objects.get(PLATFORMS.name) ?? []
  const versions = (await platforms.count(user_id, keyVersions, { listed })).flatMap((of_group) => [...of_group])
  sums.sealed += versions.length
  if (versions.length === 0) return
  const primary = await primary_version.current()
  const outdated = versions.filter(([, key_version]) => key_version !== primary)
  sums.outdated += outdated.length
  if (dry_run) return
  const mutations: Mutation<PlatformRow>[] = []
  for (const [platform_id] of outdated) {
    const row = await platforms.get(user_id, platform_id)
    const mutation = row && (await resealed(dependencies, row, primary, task))
    if (mutation) mutations.push(mutation)
  }
  const outcomes = await platforms.mutateAll(user_id, '', mutations)
  for (const { kind } of outcomes) {
    if (kind === 'written') sums.reencrypted++
    else sums.overtaken++
  }
}

/** @returns nothing when there is nothing to do, or nothing that can be done */
async function resealed(
  { vault, bucket }: WithVault,
  row: PlatformRow,
  primary: string,
  { user_id, sums, report }: UserTask<ReencryptSums>,
): Promise<Mutation<PlatformRow> | undefined> {
  const { platform_id, platform_type } = row
  const stored = sealedOf(row)
  if (stored === null) return undefined
  try {
    const sealed = sealedCredentials(stored)
    if (!needsReencryption(sealed, primary)) return undefined
    const binding = { bucket, user_id, platform_id, platform_type }
    const cells = cellsOf(PLATFORMS, { [SEALED_CREDENTIALS]: { ...(await vault.reseal(sealed, binding)) } })
    return { id: platform_id, writer: MAINTENANCE, size_bytes: 0, decide: (now) => decideResealed(now, row, cells) }
  } catch (error) {
    if (!(error instanceof KeyError) || error.kind === 'unavailable' || error.kind === 'denied') throw error
    sums.failed++
    report({ user_id, platform_id, key_version: keyVersionOf(row), reason: error.kind })
    return undefined
  }
}

function decideResealed(
  current: PlatformRow | undefined,
  opened: PlatformRow,
  cells: ReturnType<typeof cellsOf>,
): Decision<PlatformRow> {
  const row = current ?? opened
  const is_same = current !== undefined && sameCells(current, opened, [SEALED_CREDENTIALS])
  if (!is_same) return { kind: 'keep', row, status: 200 }
  // Nobody changed the platform: it keeps its time of change.
  return { kind: 'write', row: { ...row, ...cells }, status: 200, updated_at_ms: row.updated_at, keeps_writer: true }
}

type SealedCell = Pick<PlatformRow, typeof SEALED_CREDENTIALS>

function sealedOf(row: SealedCell) {
  return valuesOf(PLATFORMS, row, [SEALED_CREDENTIALS])[SEALED_CREDENTIALS]
}

function keyVersionOf(row: SealedCell): string {
  try {
    return sealedCredentials(sealedOf(row)).key_version
  } catch {
    return 'unknown'
  }
}

/** Where no key is configured there is nothing to be done with credentials. */
const NO_VAULT: CredentialVault = { seal: noKey, open: noKey, reseal: noKey, primaryVersion: noKey }

async function noKey(): Promise<never> {
  throw new KeyError('denied', 'No key is configured: KMS_KEY names it.')
}
