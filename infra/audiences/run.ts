import type { Environment } from '#shared/settings/settings.ts'
import type { Clock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import type { Fetch } from '#shared/client/api/attempt.ts'
import { createApi } from '#shared/client/api/api.ts'
import { apply } from './actions/apply.ts'
import { giveIds } from './actions/ids.ts'
import { showPlan } from './actions/plan.ts'
import { pull } from './actions/pull.ts'
import type { ActionTools, Ended } from './actions/tools.ts'
import { type AudiencesInput, checkOptions } from './command.ts'
import { AudienceFolder } from './folder/audience-folder.ts'
import type { Paint } from './output.ts'
import { AudienceService } from './service/audience-service.ts'
import { connectionOf } from './service/connection.ts'

export interface RunTools {
  readonly environment: Environment
  readonly clock: Clock
  readonly random: Random
  readonly fetch: Fetch
  readonly signal: AbortSignal
  /** To the standard output. */
  readonly print: (text: string) => void
  readonly paint: Paint
}

/** @returns the exit code @throws OperatorError, SettingsError */
export async function runAudiences(input: AudiencesInput, tools: RunTools): Promise<number> {
  checkOptions(input)
  const { clock, random, print, paint } = tools
  const folder = await AudienceFolder.open(input.dir, { makes: input.action === 'pull' })
  const output = { line: (text: string) => (input.json ? undefined : print(`${text}\n`)), paint }
  const service = input.action === 'ids' ? undefined : await serviceOf(input, tools)
  const { exit_code, document } = await carryOut(input, { folder, output, clock, random }, service)
  if (input.json) print(`${JSON.stringify(document, null, 2)}\n`)
  return exit_code
}

async function carryOut(
  input: AudiencesInput,
  tools: Omit<ActionTools, 'service'>,
  service: AudienceService | undefined,
): Promise<Ended> {
  if (service === undefined) return await giveIds(tools)
  const all = { ...tools, service }
  if (input.action === 'pull') {
    return await pull(all, { has_archived: input.archived, discards_edits: input.discard_edits })
  }
  if (input.action === 'plan') return await showPlan(all)
  const { partial: is_partial, keep_files: keeps_files, archive_missing } = input
  return await apply(all, { is_partial, keeps_files, archive_missing })
}

async function serviceOf(input: AudiencesInput, tools: RunTools): Promise<AudienceService> {
  const { url, token_file } = input
  const { environment, fetch, clock, random, signal } = tools
  const { origin, token } = connectionOf({ url, token_file }, environment, fetch)
  // What is wrong with it is known before anything is begun.
  await token({ is_renewal: false })
  const api = createApi({ origins: origin, token, fetch, clock, random })
  return new AudienceService({ api, clock, random, signal })
}
