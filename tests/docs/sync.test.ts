import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

import { DOCS } from './blocks.ts'
import { served } from './playing.ts'
import { ROOT, Shell } from './typing.ts'

/** A block of commands, the terminals that it is typed into, and what the guide says is printed there. */
interface DeviceBlock {
  readonly devices: readonly string[]
  readonly commands: string
  readonly printed: string
}

const DEVICES = ['device A', 'device B'] as const

test('two devices sync by hand as the guide says, and are answered what it shows', async () => {
  const { runtime } = await served()
  const terminals = new Map(DEVICES.map((device) => [device as string, new Shell(ROOT)]))
  onTestFinished(async () => {
    for (const terminal of terminals.values()) await terminal.end()
  })
  const guide = await readFile(join(DOCS, 'guides/sync.md'), 'utf8')
  const blocks = blocksOf(guide.replaceAll('http://localhost:8080', runtime.url))
  expect(blocks.length).toBeGreaterThan(10)
  for (const { devices, commands, printed } of blocks) {
    for (const device of devices) {
      const output = await terminals.get(device)!.type(commands)
      expect(`${device}:\n${withoutEnd(output)}`).toMatch(patternOf(`${device}:\n${printed}`))
    }
  }
})

/** The first line of a block says whose it is. */
function blocksOf(guide: string): DeviceBlock[] {
  const found = guide.matchAll(/```sh\n# ([^\n]*)\n([^]*?)```(?:\n```text\n([^]*?)```)?/g)
  return Array.from(found, ([, whose = '', commands = '', printed = '']) => ({
    devices: whose === 'both devices' ? DEVICES : [whose],
    commands,
    printed,
  }))
}

/** The terminal marks the end of what a block prints. */
function withoutEnd(output: string): string {
  return output.replace(/done-\d+\n$/, '')
}

/** What is printed, where `…` is anything. */
function patternOf(text: string): RegExp {
  const literal = text.split('…').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
  return new RegExp(`^${literal.join('[^\\n]*')}$`)
}
