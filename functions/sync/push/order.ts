/**
 * The order in which the changes of one push are carried out. Two of them are tied when they name the same record and at
 * least one of them is about it; two that only refer to the same record are not. None overtakes an earlier one that it is
 * tied to.
 */
export interface OrderedChange {
  /** The record that it is about; undefined when that cannot be read. */
  readonly key: string | undefined
  readonly refers_to: readonly string[]
  /** The object that it changes; undefined when there is none. */
  readonly object: PushObject | undefined
}

/** An object of one of the kinds. */
export interface PushObject {
  /** Which of the kinds: a lower one is committed first. */
  readonly rank: number
}

/** Earlier changes that a change is tied to: the first `count` of a list that grows. */
export interface Ties {
  readonly list: readonly number[]
  readonly count: number
  /** Whether the change names the record that they are about, and so depends on them. */
  readonly depends: boolean
}

/** The earlier changes that each change is tied to. A thousand changes of one record share their lists. */
export function tiesOf(changes: readonly OrderedChange[]): readonly (readonly Ties[])[] {
  const about = new Map<string, number[]>()
  const referring = new Map<string, number[]>()
  return changes.map(({ key, refers_to }, at) => {
    const ties: Ties[] = []
    for (const name of new Set(key === undefined ? refers_to : [key, ...refers_to])) {
      const list = about.get(name)
      if (list) ties.push({ list, count: list.length, depends: true })
    }
    const list = key === undefined ? undefined : referring.get(key)
    if (list) ties.push({ list, count: list.length, depends: false })
    if (key !== undefined) append(about, key, at)
    for (const name of refers_to) append(referring, name, at)
    return ties
  })
}

/** The first of the ties for which `isMeant` holds. */
export function findTied(
  ties: readonly Ties[],
  isMeant: (earlier: number, depends: boolean) => boolean,
): number | undefined {
  for (const { list, count, depends } of ties) {
    for (let n = 0; n < count; n++) if (isMeant(list[n]!, depends)) return list[n]
  }
  return undefined
}

/**
 * The wave of each change: the earliest in which each earlier one that it is tied to is in an earlier wave, in the same
 * object, or of an earlier kind. So a creation and all changes of that record go together.
 */
export function wavesOf(changes: readonly OrderedChange[], ties: readonly (readonly Ties[])[]): readonly number[] {
  const waves: number[] = []
  for (const [at, { object }] of changes.entries()) {
    let wave = 0
    findTied(ties[at]!, (earlier) => {
      const before = changes[earlier]!.object
      const goes_together = !object || !before || before === object || before.rank < object.rank
      wave = Math.max(wave, waves[earlier]! + (goes_together ? 0 : 1))
      return false
    })
    waves.push(wave)
  }
  return waves
}

function append(lists: Map<string, number[]>, name: string, at: number): void {
  const list = lists.get(name)
  if (list) list.push(at)
  else lists.set(name, [at])
}
