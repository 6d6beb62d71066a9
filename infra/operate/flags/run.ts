import {
  type ConfigObject,
  flagOf,
  FLAGS_OBJECT,
  type FlagsConfig,
  NOTICE_OBJECT,
  type NoticeConfig,
} from '#functions/flags/config.ts'
import { shareOf } from '#functions/flags/decision.ts'
import { isoTime } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { NO_OBJECT } from '#shared/objects/object-store.ts'
import type { ChangeOptions, FlagsRequest } from './command.ts'
import { changeableContent, readConfig, type StoredConfig, type StoreTools, writeConfig } from './stored-config.ts'
import { flagLines, noticeLines, stampText } from './texts.ts'

export interface FlagsTools extends StoreTools {
  /** For output: `gs://my-bucket`, or the folder. */
  readonly label: string
  /** Who runs the command, for `updated_by`. */
  readonly account: string
  readonly print: (line: string) => void
}

/** @throws OperatorError, StoreError */
export async function runFlags(request: FlagsRequest, tools: FlagsTools): Promise<void> {
  if (request.kind === 'show') return await show(tools)
  if (request.kind === 'set_flag') return await setFlag(request, tools)
  const id = newId('ntc', tools.clock.nowMs(), tools.random)
  const notice = request.kind === 'clear_notice' ? null : { id, ...request.notice }
  const shown = (config: NoticeConfig | undefined) => noticeLines(config, tools.clock.nowMs())
  await change(NOTICE_OBJECT, request, tools, { changed: (current) => ({ ...current, notice }), shown })
}

async function show(tools: FlagsTools): Promise<void> {
  const { print, label, clock } = tools
  const [flags, notice] = await Promise.all([readConfig(tools, FLAGS_OBJECT), readConfig(tools, NOTICE_OBJECT)])
  print(label)
  for (const line of storedLines(FLAGS_OBJECT, flags, flagLines)) print(line)
  for (const line of storedLines(NOTICE_OBJECT, notice, (config) => noticeLines(config, clock.nowMs()))) print(line)
}

/** An object's name, generation and content. What is corrupt is not in effect where something good was seen before. */
function storedLines<T extends FlagsConfig | NoticeConfig>(
  { name }: ConfigObject<T>,
  { generation, decoded }: StoredConfig<T>,
  shown: (config: T | undefined) => string[],
): string[] {
  if (decoded?.kind === 'corrupt') {
    return [`${name}  generation ${generation}  CORRUPT: ${decoded.reason}`, '  instances keep what they read before']
  }
  const content = decoded?.content
  const head = generation === NO_OBJECT ? `${name}  absent (generation 0)` : `${name}  generation ${generation}`
  return [`${head}${stampText(content)}`, ...shown(content).map((line) => `  ${line}`)]
}

async function setFlag(request: FlagsRequest & { kind: 'set_flag' }, tools: FlagsTools): Promise<void> {
  const { flag, percent, enabled } = request
  const changed = (config: FlagsConfig | undefined): FlagsConfig => {
    const before = config?.flags[flag] ?? flagOf(config, flag)
    const after = { ...before, percent: percent ?? before.percent, enabled: enabled ?? before.enabled }
    return { ...config, flags: { ...config?.flags, [flag]: after } }
  }
  const noted = (before: FlagsConfig | undefined, after: FlagsConfig): string[] => {
    const [from, to] = [flagOf(before, flag), flagOf(after, flag)]
    const lost = shareOf(from) - shareOf(to)
    if (lost <= 0) return to.enabled || percent === undefined ? [] : ['The flag stays off: --on puts it in effect.']
    return [
      `${Number(lost.toFixed(2))} % of the users lose it: for them sync stops, their local store goes on, nothing is lost.`,
    ]
  }
  await change(FLAGS_OBJECT, request, tools, { changed, shown: flagLines, noted })
}

interface Change<T> {
  readonly changed: (current: T | undefined) => T
  readonly shown: (config: T | undefined) => string[]
  /** What the operator should know besides. */
  readonly noted?: (before: T | undefined, after: T) => string[]
}

/** Prints before and after, and writes the object unless nothing is to be written. */
async function change<T extends FlagsConfig | NoticeConfig>(
  object: ConfigObject<T>,
  options: ChangeOptions,
  tools: FlagsTools,
  { changed, shown, noted = () => [] }: Change<T>,
): Promise<void> {
  const { clock, print, label, account } = tools
  const stored = await readConfig(tools, object)
  const before = changeableContent(object, stored, options)
  const after = changed(before)
  print(`${object.name} on ${label}`)
  const was_corrupt = stored.decoded?.kind === 'corrupt'
  for (const line of was_corrupt ? ['corrupt'] : shown(before)) print(`  before  ${line}`)
  for (const line of shown(after)) print(`  after   ${line}`)
  if (!was_corrupt) for (const line of noted(before, after)) print(line)
  if (before !== undefined && JSON.stringify(before) === JSON.stringify(after)) return print('Nothing to change.')
  if (options.dry_run) return print(`Dry run: nothing was written. The generation is ${stored.generation}.`)
  const stamp = { updated_at: isoTime(clock.nowMs()), updated_by: options.by ?? account }
  const generation = await writeConfig(tools, object, { ...after, ...stamp }, stored.generation)
  print(`Written as generation ${generation}. Every instance follows within 60 s.`)
}
