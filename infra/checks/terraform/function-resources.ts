import type { FunctionName } from '#shared/contract/functions.ts'

/**
 * What each function needs of the cloud. A function of the contract that is missing here does not compile; which
 * settings it gets, and whether it may use the credentials key, follows from its settings.
 */
export interface Needs {
  /** Folders of the bucket in which it lists, reads and writes. */
  readonly writes: readonly string[]
  /** Folders that it lists and reads. */
  readonly reads: readonly string[]
  readonly memory_mib: number
  /** Requests that one instance takes at once; many, so that concurrent saves of one user share a commit. */
  readonly concurrency: number
  /** Longest request. */
  readonly timeout_s: number
}

/** `indexes/`: ids imported from the old system. `config/`: what a deep health check lists. */
const EVERYBODY_READS = ['indexes/', 'config/'] as const
const USUAL = { memory_mib: 512, concurrency: 80, timeout_s: 60 } as const

export const NEEDS: Readonly<Record<FunctionName, Needs>> = {
  audiences: { ...USUAL, writes: ['audiences/'], reads: ['distributions/', ...EVERYBODY_READS] },
  // Its instances load the Cloud KMS client, which takes some 100 MiB.
  platforms: { ...USUAL, memory_mib: 768, writes: ['platforms/'], reads: EVERYBODY_READS },
  // A completed distribution sets its platform's last_sync_at.
  distributions: { ...USUAL, writes: ['distributions/', 'platforms/'], reads: ['audiences/', ...EVERYBODY_READS] },
  insights: { ...USUAL, writes: [], reads: ['audiences/', 'platforms/', 'distributions/', ...EVERYBODY_READS] },
  maintenance: {
    memory_mib: 1024,
    concurrency: 10,
    timeout_s: 300,
    // How far its jobs have come lies in maintenance/.
    writes: ['audiences/', 'platforms/', 'distributions/', 'maintenance/'],
    reads: EVERYBODY_READS,
  },
}
