import { isDeepStrictEqual } from 'node:util'

import { isoTime } from '#shared/base/clock.ts'
import { KeyError } from '#shared/credentials/key-wrapper.ts'
import { type CredentialBinding, sealedCredentials } from '#shared/credentials/vault.ts'
import { type Credentials, viewCredentials } from '#shared/ad-platforms/ad-platforms.ts'
import {
  PLATFORM_SPELLINGS,
  PLATFORMS,
  platformStatus,
  platformType,
  SEALED_CREDENTIALS,
} from '#shared/records/platform.ts'
import type { ColumnOf, RowOf } from '#shared/records/record-kind.ts'
import { isImported } from '../import-writer.ts'
import { fromRow, toRow } from '#shared/records/rows.ts'
import type { SourceFields } from '../readers/source-fields.ts'
import { OperatorError } from '#infra/command/operator-error.ts'
import type { CompletedRow, CompletionTools, RowDraft, ImportKind, TidiedRow, TidyOptions } from './import-kind.ts'
import { choice, renamed } from './old-names.ts'
import { isSecretName } from '../secrets/names.ts'
import { credentialsOf } from './source-credentials.ts'

type PlatformRow = RowOf<typeof PLATFORMS>

const OLD_NAMES = {
  platform: 'platform_type',
  type: 'platform_type',
  platform_name: 'name',
  id: 'platform_id',
  last_sync: 'last_sync_at',
  last_synced_at: 'last_sync_at',
} as const

/**
 * Platforms: the import seals credentials. A platform that the old system called connected is imported as pending,
 * because its connection was not tested here.
 */
export const PLATFORMS_IMPORT: ImportKind = {
  kind: PLATFORMS,
  old_names: OLD_NAMES,
  sizes: [],
  nested: [],
  free_objects: ['settings', 'metadata'] satisfies ColumnOf<typeof PLATFORMS>[],
  server_columns: ['last_sync_at', SEALED_CREDENTIALS] satisfies ColumnOf<typeof PLATFORMS>[],
  tidy,
  serverValues: ({ cells: { last_sync_at } }) => ({
    last_sync_at: typeof last_sync_at === 'number' ? isoTime(last_sync_at) : null,
  }),
  complete,
}

/** Flattened by pandas: `credentials.api_key`, `credentials_api_key`. */
const FLATTENED = /^credentials[._]/

function tidy(old_source: SourceFields, { encryption_key }: TidyOptions): TidiedRow {
  const source = renamed(old_source, OLD_NAMES)
  const { credentials: given, [SEALED_CREDENTIALS]: sealed, encrypted_credentials, last_test: _, ...others } = source
  const remarks: string[] = []
  const loose = looseCredentials(others)
  const rest = without(others, loose.names)
  const type = platformType.safeParse(choice(others['platform_type'], PLATFORM_SPELLINGS.type))
  const has_loose = Object.keys(loose.fields).some((name) => isSecretName(name))
  const held = given ?? encrypted_credentials ?? (has_loose ? loose.fields : undefined)
  const read = type.success && source['deleted'] !== true ? credentialsOf(type.data, held, encryption_key) : undefined
  const credentials = read ?? (isSealed(sealed) ? credentialsOf('meta', { encrypted: true }, undefined) : undefined)
  if (credentials && credentials.kind !== 'clear') remarks.push(credentials.remark)
  const status = platformStatus.safeParse(choice(others['status'], PLATFORM_SPELLINGS.status))
  const is_untested = status.success && (status.data === 'connected' || status.data === 'error')
  if (is_untested) remarks.push(`${status.data} in the source: imported as pending until its connection is tested here`)
  return {
    source: {
      ...rest,
      ...(type.success && { platform_type: type.data }),
      ...(status.success && { status: is_untested ? 'pending' : status.data }),
    },
    ...(credentials && { credentials }),
    removed: held === loose.fields ? [] : loose.names,
    remarks,
  }
}

function isSealed(value: unknown): boolean {
  return value !== null && value !== undefined && value !== ''
}

/** Credentials beside the other fields of the row. */
function looseCredentials(source: SourceFields): { fields: Record<string, unknown>; names: string[] } {
  const fields: Record<string, unknown> = {}
  const names: string[] = []
  for (const [name, value] of Object.entries(source)) {
    if (!FLATTENED.test(name)) continue
    names.push(name)
    if (value !== null && value !== undefined && value !== '') fields[name.replace(FLATTENED, '')] = value
  }
  return { fields, names: names.filter((name) => isSealed(source[name])) }
}

function without(source: SourceFields, names: readonly string[]): SourceFields {
  return Object.fromEntries(Object.entries(source).filter(([name]) => !names.includes(name) && !FLATTENED.test(name)))
}

async function complete(draft: RowDraft<PlatformRow>, tools: CompletionTools): Promise<CompletedRow<PlatformRow>> {
  const { row, credentials } = draft
  // A record that a client edited stays: its credentials are neither opened nor sealed.
  const current = draft.current && isImported(draft.current) ? draft.current : undefined
  if (draft.current && !current) return { kind: 'row', row, remarks: [] }
  if (current && current.platform_type !== row.platform_type) {
    const types = `${current.platform_type} here, ${row.platform_type} in the source`
    return { kind: 'refused', reason: `platform_type cannot change: it is ${types}` }
  }
  if (row.deleted || !credentials || credentials.kind === 'unfit') return { kind: 'row', row, remarks: [] }
  if (credentials.kind === 'closed') return { kind: 'row', row: keeping(row, current), remarks: [] }
  return await withSealed(draft, current, credentials.credentials, tools)
}

/** Seals the credentials again unless the stored ones are equal and sealed with the key's primary version. */
async function withSealed(
  { user_id, row, updated_at_ms }: RowDraft<PlatformRow>,
  current: PlatformRow | undefined,
  credentials: Credentials,
  { mode, bucket, vault, clock, opening, primaryVersion }: CompletionTools,
): Promise<CompletedRow<PlatformRow>> {
  if (!vault) throw new OperatorError(NO_KEY)
  const { platform_type } = row
  const binding: CredentialBinding = { bucket, user_id, platform_id: row.platform_id, platform_type }
  const updated_at = isoTime(clock.nowMs())
  const view = { encrypted: true, ...viewCredentials(platform_type, credentials), updated_at }
  const stored = current ? fromRow(SEALED_COLUMNS, current)[SEALED_CREDENTIALS] : null
  if (current && stored !== null && stored !== undefined) {
    const sealed = sealedCredentials(stored)
    const isCurrent = async () => mode === 'verify' || sealed.key_version === (await primaryVersion())
    const opened = await openedOrDenied(() => vault.open(sealed, binding), opening)
    const is_same =
      opened === 'denied'
        ? looksUnchanged(current, updated_at_ms, view)
        : opened && sameCredentials(opened, credentials)
    if (is_same && (await isCurrent())) return { kind: 'row', row: keeping(row, current), remarks: [] }
  }
  if (mode !== 'import') {
    const placeholder = toRow(SEALED_COLUMNS, { [SEALED_CREDENTIALS]: { to_be: 'sealed' } })
    const remarks_if_written = ['its credentials would be encrypted']
    return { kind: 'row', row: { ...row, ...placeholder }, remarks: [], remarks_if_written }
  }
  const sealed = await vault.seal(credentials, binding)
  const cells = toRow(SEALED_COLUMNS, { [SEALED_CREDENTIALS]: sealed, credentials: view })
  return {
    kind: 'row',
    row: { ...row, ...cells },
    remarks: [],
    remarks_if_written: ['its credentials were encrypted'],
  }
}

export const NO_KEY =
  'The source has credentials of platforms, but no key is configured to encrypt them. Set KMS_KEY (for the local ' +
  'runtime: KMS_API_ENDPOINT, the address of its keys).'

const SEALED_COLUMNS = PLATFORMS.columns.filter(({ name }) => name === SEALED_CREDENTIALS || name === 'credentials')

/** The row with the stored credentials. */
function keeping(row: PlatformRow, current: PlatformRow | undefined): PlatformRow {
  if (!current) return row
  const cells = SEALED_COLUMNS.map(({ name }) => [name, current[name] ?? null] as const)
  return { ...row, ...Object.fromEntries(cells) }
}

/**
 * @returns undefined for credentials that cannot be opened any more: those of the source replace them
 * @throws KeyError when the key does not answer
 */
async function openedOrDenied<T>(open: () => Promise<T>, opening: CompletionTools['opening']) {
  if (opening.is_denied !== undefined && (await opening.is_denied)) return 'denied'
  const attempt = open().catch((error: unknown) => {
    if (!(error instanceof KeyError) || error.kind === 'unavailable') throw error
    return error.kind === 'denied' ? 'denied' : undefined
  })
  opening.is_denied ??= attempt.then(
    (outcome) => outcome === 'denied',
    () => false,
  )
  return await attempt
}

/** Whether a platform has the time of change and the hints that it was imported with: who saves others changes its time. */
function looksUnchanged(current: PlatformRow, updated_at_ms: number, view: Readonly<Record<string, unknown>>): boolean {
  if (current.updated_at !== updated_at_ms) return false
  const stored = fromRow(SEALED_COLUMNS, current)['credentials']
  return isDeepStrictEqual({ ...(stored as object), updated_at: null }, { ...view, updated_at: null })
}

function sameCredentials(a: Readonly<Record<string, unknown>>, b: Credentials): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}
