import type { FunctionName } from '#shared/contract/functions.ts'

/**
 * The cloud resources of one function. Its settings, and its permission to use the credentials key, follow from the
 * settings that its `index.ts` exports.
 */
export interface FunctionResources {
  /** Folders of the bucket in which it lists, reads and writes. */
  readonly writes: readonly string[]
  /** Folders of the bucket in which it lists and reads. */
  readonly reads: readonly string[]
  readonly memory_mib: number
  /** Requests that one instance handles concurrently; many, so that concurrent saves of one user share a commit. */
  readonly concurrency: number
  /** Longest request. */
  readonly timeout_s: number
}

/** Ids imported from the old system. */
const LEGACY_IDS = ['indexes/'] as const
const USUAL = { memory_mib: 512, concurrency: 80, timeout_s: 60 } as const

/** A function of the contract that is missing here does not compile. */
export const FUNCTION_RESOURCES: Readonly<Record<FunctionName, FunctionResources>> = {
  audiences: { ...USUAL, writes: ['audiences/'], reads: ['distributions/', 'platforms/', ...LEGACY_IDS] },
  // Its instances load the Cloud KMS client, which takes about 100 MiB.
  platforms: { ...USUAL, memory_mib: 768, writes: ['platforms/'], reads: ['distributions/', ...LEGACY_IDS] },
  // A completed distribution sets its platform's last_sync_at.
  distributions: { ...USUAL, writes: ['distributions/', 'platforms/'], reads: ['audiences/', ...LEGACY_IDS] },
  insights: { ...USUAL, writes: [], reads: ['audiences/', 'platforms/', 'distributions/'] },
  // It has no use for the key: credentials never travel. What guests brought along is told in migrations/.
  sync: {
    ...USUAL,
    writes: ['audiences/', 'platforms/', 'distributions/', 'migrations/'],
    reads: LEGACY_IDS,
  },
  // It needs a third of this, but an instance of the second generation has at least 512 MiB.
  flags: { ...USUAL, writes: [], reads: ['config/'] },
  maintenance: {
    memory_mib: 1024,
    concurrency: 10,
    timeout_s: 300,
    // The progress of its jobs is stored in maintenance/.
    writes: ['audiences/', 'platforms/', 'distributions/', 'maintenance/'],
    reads: LEGACY_IDS,
  },
  // It keeps no records. Assets of earlier releases lie in a bucket of their own.
  web: { ...USUAL, writes: [], reads: [] },
}
