import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { ROOT } from '../typing.ts'

/** The page from an empty account, as steps. */
const PAGE = 'infra/docs/guides/setting-up.md'

export interface Step {
  readonly number: number
  readonly title: string
  /** The line under the heading: time, cost, undo. */
  readonly price: string
  /** Blocks to type, in order; a step that sends the reader to a section of delivery has that section's first block first. */
  readonly blocks: readonly string[]
}

export async function readPage(): Promise<{ readonly settings: string; readonly steps: readonly Step[] }> {
  const [before = '', ...sections] = (await readFile(join(ROOT, PAGE), 'utf8')).split(/^(?=## \d)/m)
  const steps = sections.map(async (section): Promise<Step> => {
    const own = section.split(/^## (?!\d)/m)[0]!
    const [, number = '', title = ''] = /^## (\d+)\. (.+)$/m.exec(own) ?? []
    const [, price = ''] = /^\*([^*]+)\*$/m.exec(own) ?? []
    const by_hand = own.includes('(../../deliver/README.md#by-hand)') ? [await firstBlockByHand()] : []
    return { number: Number(number), title, price, blocks: [...by_hand, ...blocksIn(own)] }
  })
  return { settings: blocksIn(before)[0] ?? '', steps: await Promise.all(steps) }
}

/** `gcloud builds submit`, without its line of example names: the page has set these. */
async function firstBlockByHand(): Promise<string> {
  const text = await readFile(join(ROOT, 'infra/deliver/README.md'), 'utf8')
  const [, section = ''] = /^## By hand$([^]*?)^## /m.exec(text) ?? []
  return blocksIn(section)[0]!.replace(/^export .*\n/, '')
}

function blocksIn(text: string): string[] {
  const found = text.matchAll(/(<!-- cloud only -->\n)?```sh\n([^]*?)```/g)
  return Array.from(found).flatMap(([, mark, commands = '']) => (mark === undefined ? [commands] : []))
}
