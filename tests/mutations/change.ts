import { dirname } from 'node:path'

import type { Edit } from '#tests/simulation/build.ts'

/** A small wrong change of a source, and the test file that notices it. */
export interface Change extends Edit {
  /** From the project's root. */
  readonly noticed_by: string
}

/** Changes of one source that one test file notices, each as what stands there and what is put in its place. */
export function changesOf(
  file: string,
  noticed_by: string,
  edits: readonly (readonly [from: string, to: string])[],
): Change[] {
  return edits.map(([from, to]) => ({ file, from, to, noticed_by }))
}

/** The source with the change. @throws Error when the change fits nothing, or more than one place */
export function changed(source: string, { file, from, to }: Edit): string {
  const parts = source.split(from)
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} places for the change of: ${from}`)
  return parts.join(to)
}

export interface Score {
  readonly made: number
  readonly noticed: number
}

/** By folder of the changed sources, in the order of the changes. */
export function scoresOf(made: readonly Change[], unnoticed: ReadonlySet<Change>): Map<string, Score> {
  const scores = new Map<string, Score>()
  for (const change of made) {
    const folder = dirname(change.file)
    const before = scores.get(folder) ?? { made: 0, noticed: 0 }
    scores.set(folder, { made: before.made + 1, noticed: before.noticed + (unnoticed.has(change) ? 0 : 1) })
  }
  return scores
}
