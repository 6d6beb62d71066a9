import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { plantRepository, runTool } from './planted-repository.ts'
import type { PlantedRepository } from './planted-repository.ts'

const MISFORMATTED: Readonly<Record<string, string>> = {
  'shared/base/semicolon.ts': 'export const a = 1;\n',
  'shared/base/double-quotes.ts': 'export const a = "one"\n',
  'shared/base/wide-indent.ts': 'export function a() {\n    return 1\n}\n',
  'shared/base/no-trailing-comma.ts': `export const a = [\n  '${'x'.repeat(60)}',\n  '${'y'.repeat(60)}'\n]\n`,
  'shared/base/narrow.ts': "export const a = (first: string, second: string) =>\n  [first, second].join(', ')\n",
  'tests/wide.json': '{"a":1}\n',
}

const WELL_FORMATTED: Readonly<Record<string, string>> = {
  'shared/base/good.ts': `export const a = '${'x'.repeat(100)}'\n`,
  'README.md': '*  prose is left to its author\n',
}

describe('format', () => {
  let planted: PlantedRepository
  beforeAll(async () => {
    planted = await plantRepository({ ...MISFORMATTED, ...WELL_FORMATTED })
  })
  afterAll(() => planted.remove())

  it('names the files that the formatter would change, and no others', async () => {
    const { exit_code, output } = await runTool('oxfmt/bin/oxfmt', ['--list-different'], planted.root)
    expect(exit_code).toBe(1)
    expect(output.trim().split('\n').toSorted()).toEqual(Object.keys(MISFORMATTED).toSorted())
  })
})
