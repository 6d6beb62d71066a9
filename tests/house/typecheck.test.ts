import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { plantRepository, runTool } from './planted-repository.ts'
import type { PlantedRepository, ToolRun } from './planted-repository.ts'

const ERRONEOUS: Readonly<Record<string, string>> = {
  'functions/a/index.ts': "export const wrong: number = ''\n",
  'shared/base/wrong.ts': "export const wrong: number = ''\n",
  'infra/local/main.ts': "export const wrong: number = ''\n",
  'tests/wrong.test.ts': "export const wrong: number = ''\n",
  'root.config.ts': "export const wrong: number = ''\n",
  'shared/base/unchecked-index.ts': 'export const f = (list: string[]): string => list[0]\n',
  'shared/base/needs-a-build.ts': 'export enum Colour {\n  Red,\n}\n',
  'shared/base/through-subpath.ts': "import { one } from '#shared/base/one.ts'\n\nexport const wrong: number = one\n",
}

describe('typecheck', () => {
  let planted: PlantedRepository
  let run: ToolRun
  beforeAll(async () => {
    planted = await plantRepository({ ...ERRONEOUS, 'shared/base/one.ts': "export const one = ''\n" })
    run = await runTool('typescript/bin/tsc', [], planted.root)
  })
  afterAll(() => planted.remove())

  it('fails the command', () => {
    expect(run.exit_code).toBeGreaterThan(0)
  })

  it.each(Object.keys(ERRONEOUS))('finds the error in %s', (path) => {
    expect(run.output).toContain(`${path}(`)
  })

  it('finds no error in code that has none', () => {
    expect(run.output).not.toContain('shared/base/one.ts(')
  })
})
