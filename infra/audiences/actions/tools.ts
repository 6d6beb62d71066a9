import type { Clock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import type { AudienceFolder } from '../folder/audience-folder.ts'
import type { Output } from '../output.ts'
import type { AudienceService } from '../service/audience-service.ts'

/** What every action works with. */
export interface ActionTools {
  readonly folder: AudienceFolder
  readonly service: AudienceService
  readonly output: Output
  readonly clock: Clock
  readonly random: Random
}

/** How an action ended. */
export interface Ended {
  readonly exit_code: number
  /** For `--json`. */
  readonly document: Record<string, unknown>
}

/** Requests under way simultaneously: those of one month share a commit. */
export const SIDE_BY_SIDE = { count_max: 16, bytes_max: Number.MAX_SAFE_INTEGER }
