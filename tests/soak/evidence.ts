import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { isoTime, systemClock } from '#shared/base/clock.ts'

/** Of all lines; the oldest go first. */
const CHARACTERS_MAX = 256 * 1024 * 1024
/** Of one line. */
const LINE_CHARACTERS_MAX = 64 * 1024

export interface EvidenceOptions {
  readonly characters_max?: number
  readonly line_characters_max?: number
}

/** What was done and answered, so that a run in which something is wrong can be explained: it does not come a second time. */
export class Evidence {
  readonly #characters_max: number
  readonly #line_characters_max: number
  #lines: string[] = []
  #characters = 0
  #first = 0

  constructor({ characters_max = CHARACTERS_MAX, line_characters_max = LINE_CHARACTERS_MAX }: EvidenceOptions = {}) {
    this.#characters_max = characters_max
    this.#line_characters_max = line_characters_max
  }

  note(text: string): void {
    const line = `${isoTime(systemClock.nowMs())} ${text}`.slice(0, this.#line_characters_max)
    this.#lines.push(line)
    this.#characters += line.length
    while (this.#characters > this.#characters_max) this.#characters -= this.#lines[this.#first++]!.length
    if (this.#first * 2 > this.#lines.length) [this.#lines, this.#first] = [this.#lines.slice(this.#first), 0]
  }

  get lines(): readonly string[] {
    return this.#lines.slice(this.#first)
  }

  /**
   * Writes the lines, those of every process, and the files of the store.
   * @returns the folder
   */
  async keep(data_dir: string, logs: ReadonlyMap<string, readonly object[]>): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'soak-evidence-'))
    await writeFile(join(folder, 'exchanges.txt'), this.lines.join('\n'))
    await mkdir(join(folder, 'logs'))
    for (const [name, lines] of logs)
      await writeFile(join(folder, 'logs', `${name}.jsonl`), lines.map((line) => JSON.stringify(line)).join('\n'))
    // Beside them lie sockets, and code that can be made again.
    for (const part of ['journal.jsonl', 'buckets', 'encoded', 'staging'])
      await cp(join(data_dir, part), join(folder, 'store', part), { recursive: true })
    return folder
  }
}
