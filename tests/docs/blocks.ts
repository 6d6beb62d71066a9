import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { ROOT } from './typing.ts'

/** The folder of all documents but the ones that stand beside what they are about. */
export const DOCS = join(ROOT, 'infra/docs')

/**
 * A block of commands of a guide.
 * - `type`: typed by the play as it stands.
 * - `set`: what the reader fills in; the play sets the same variables to its own values.
 * - `cloud only`: nothing here can stand in for it.
 */
export interface Block {
  readonly kind: 'type' | 'set' | 'cloud only'
  readonly commands: string
}

export async function blocksOf(guide: string): Promise<Block[]> {
  const text = await readFile(join(DOCS, guide), 'utf8')
  const found = text.matchAll(/(?:<!-- ([a-z ]+) -->\n)?```sh\n([^]*?)```/g)
  return Array.from(found, ([, mark = 'type', commands = '']) => {
    if (mark !== 'type' && mark !== 'set' && mark !== 'cloud only') throw new Error(`${guide}: unknown mark ${mark}`)
    return { kind: mark, commands }
  })
}

/** The variables that a `set` block gives values to. */
export function variablesOf({ commands }: Block): string[] {
  return Array.from(commands.matchAll(/(?:^|\s)([A-Z][A-Z_]*)=/gm), ([, name]) => name!)
}
