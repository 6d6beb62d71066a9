import { sideBySide } from '#shared/base/side-by-side.ts'
import { isSameJson } from '#shared/base/same-json.ts'
import { plainText, valueText } from '../differences.ts'
import type { AudienceFile } from '../folder/audience-folder.ts'
import { planDocument, planLines, type ExplainedPlan } from '../plan-text.ts'
import { type Archiving, FIELD_NAMES, type Step } from '../plan.ts'
import { type SaveOutcome, ServiceStopped, type ServedAudience } from '../service/audience-service.ts'
import { withId } from './ids.ts'
import { endWithFaults, planOf } from './plan.ts'
import { type ActionTools, type Ended, SIDE_BY_SIDE } from './tools.ts'

export interface ApplyOptions {
  /** Leave out what cannot be applied. */
  readonly is_partial: boolean
  /** Write no file. */
  readonly keeps_files: boolean
  /** How many audiences without a file are archived; `undefined`: none. */
  readonly archive_missing: number | undefined
}

/** What became of one step. */
interface StepOutcome {
  readonly action: Step['action']
  readonly file: string | null
  readonly audience_id: string
  readonly outcome: 'applied' | 'stale' | 'refused'
  /** Of the record, if applied. */
  readonly version: number | null
  readonly detail: string | null
}

/**
 * Makes the records what the files say. Without `is_partial` it is all or nothing as far as the plan goes, and ends at the
 * first step that is refused after it; what is applied by then stays, and a second run goes on.
 */
export async function apply(tools: ActionTools, options: ApplyOptions): Promise<Ended> {
  const { output } = tools
  const content = await tools.folder.read()
  if (content.faults.length > 0 && !options.is_partial) return endWithFaults(content, tools)
  const plan = await planOf(tools, content)
  for (const line of planLines(plan, output.paint)) output.line(line)
  const hindrance = hindranceOf(plan, options)
  if (hindrance !== undefined) {
    output.line(`Nothing was applied: ${hindrance}`)
    return { exit_code: 1, document: { ...planDocument(plan), applied: [], hindrance } }
  }
  const steps: readonly Step[] = [...plan.steps, ...archivings(plan, options)]
  const run = new ApplyRun(tools, options, steps.length)
  await run.carryOut(steps)
  if (!options.keeps_files) await settleFiles(tools, plan)
  const { outcomes, stopped } = run
  const count_applied = outcomes.filter(({ outcome }) => outcome === 'applied').length
  output.line(`${count_applied} of ${steps.length} applied.`)
  if (stopped !== undefined) output.line(stopped)
  const is_whole = count_applied === steps.length && plan.conflicts.length === 0 && plan.faults.length === 0
  return {
    exit_code: is_whole ? 0 : 1,
    document: { ...planDocument(plan), applied: outcomes, hindrance: stopped ?? null },
  }
}

/** Why nothing may be applied. */
function hindranceOf(
  { conflicts, faults, missing, steps }: ExplainedPlan,
  { is_partial, keeps_files, archive_missing }: ApplyOptions,
): string | undefined {
  if (!is_partial && faults.length > 0) return 'there are faults.'
  if (!is_partial && conflicts.length > 0) return 'there are conflicts. --partial applies the others.'
  if (archive_missing !== undefined && archive_missing !== missing.length) {
    return `${missing.length} audiences have no file, not ${archive_missing}.`
  }
  const is_nameless = steps.some(({ file }) => file.audience_id === undefined)
  if (keeps_files && is_nameless) {
    return 'a new file has no audience_id, and a second run would create it twice: `npm run audiences -- ids DIR` gives ids.'
  }
  return undefined
}

function archivings({ missing }: ExplainedPlan, { archive_missing }: ApplyOptions): Archiving[] {
  return archive_missing === undefined ? [] : missing.map((now) => ({ action: 'archive', now }))
}

class ApplyRun {
  readonly outcomes: StepOutcome[] = []
  /** Why the run ended early. */
  stopped: string | undefined
  readonly #tools: ActionTools
  readonly #options: ApplyOptions
  readonly #count: number

  constructor(tools: ActionTools, options: ApplyOptions, count: number) {
    this.#tools = tools
    this.#options = options
    this.#count = count
  }

  async carryOut(steps: readonly Step[]): Promise<void> {
    const items = steps.map((step) => ({ step, bytes: 1 }))
    try {
      await sideBySide(items, SIDE_BY_SIDE, async ({ step }) => {
        if (this.stopped !== undefined) return
        this.#note(await this.#carryOut(step))
      })
    } catch (error) {
      if (!(error instanceof ServiceStopped)) throw error
      this.stopped = `${error.message} A second run goes on from here.`
    }
  }

  async #carryOut(step: Step): Promise<StepOutcome> {
    if (step.action === 'archive') {
      const { audience_id, version, content } = step.now
      const wanted = { ...content, status: 'archived' as const }
      const saved = await this.#tools.service.save(audience_id, version, { status: 'archived' }, isContent(wanted))
      return outcomeOf(step.action, null, audience_id, saved)
    }
    const file = step.action === 'create' ? await this.#named(step.file) : step.file
    if (file?.audience_id === undefined) {
      return { ...outcomeOf(step.action, step.file.path, '', { kind: 'refused', detail: CHANGED_MEANWHILE }) }
    }
    const names = step.action === 'create' ? FIELD_NAMES : step.fields
    const fields = Object.fromEntries(names.map((name) => [name, file.content[name]]))
    const version = step.action === 'create' ? undefined : step.now.version
    const saved = await this.#tools.service.save(file.audience_id, version, fields, isContent(file.content))
    if (saved.kind === 'saved' && !this.#options.keeps_files) {
      const written = await this.#tools.folder.replace(file, { ...file, version: saved.version })
      if (written === undefined) {
        this.#tools.output.line(`edited    ${plainText(file.path)}  ${CHANGED_MEANWHILE}; pull gives it its version`)
      }
    }
    return outcomeOf(step.action, file.path, file.audience_id, saved)
  }

  async #named(file: AudienceFile): Promise<AudienceFile | undefined> {
    return file.audience_id === undefined ? await withId(file, this.#tools) : file
  }

  #note(outcome: StepOutcome): void {
    this.outcomes.push(outcome)
    const { line, paint } = this.#tools.output
    const place = `${plainText(outcome.file ?? '')}${outcome.file === null ? '' : '  '}${outcome.audience_id}`
    if (outcome.outcome === 'applied') {
      line(`${paint('green', 'applied ')}  ${place} version ${outcome.version}`)
      return
    }
    line(`${paint('red', outcome.outcome.padEnd(8))}  ${place}  ${plainText(outcome.detail ?? '')}`)
    if (!this.#options.is_partial && this.#count > 1)
      this.stopped ??= 'Ended at the first step that was not applied; --partial goes on past it.'
  }
}

const CHANGED_MEANWHILE = 'the file was changed meanwhile'

function isContent(wanted: ServedAudience['content']): (now: ServedAudience) => boolean {
  return ({ content }) => isSameJson(content, wanted)
}

function outcomeOf(action: Step['action'], file: string | null, audience_id: string, saved: SaveOutcome): StepOutcome {
  const base = { action, file, audience_id, version: null, detail: null }
  switch (saved.kind) {
    case 'saved':
      return { ...base, outcome: 'applied', version: saved.version }
    case 'stale':
      return { ...base, outcome: 'stale', detail: staleText(saved.now) }
    case 'refused':
      return { ...base, outcome: 'refused', detail: saved.detail }
  }
}

function staleText(now: ServedAudience | undefined): string {
  if (now === undefined) return 'was deleted after the plan'
  return `was changed after the plan: it is version ${now.version} now, ${valueText(now.content.name)}; pull, look, apply again`
}

/** Files that say what their records are get the version of these and the one form. */
async function settleFiles({ folder }: ActionTools, { settled }: ExplainedPlan): Promise<void> {
  for (const { file, now } of settled) await folder.replace(file, { ...file, version: now.version })
}
