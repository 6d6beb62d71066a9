import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { plantRepository, runTool } from './planted-repository.ts'
import type { PlantedRepository, ToolRun } from './planted-repository.ts'

describe('dead code', () => {
  let planted: PlantedRepository
  let run: ToolRun

  beforeAll(async () => {
    planted = await plantRepository({
      'functions/a/index.ts': "import { live } from '#shared/base/one.ts'\n\nlive()\n",
      'shared/base/one.ts':
        'export const live = () => undefined\nexport const forgotten = 1\nexport const onlyTested = 2\nexport type Lost = 3\n',
      'shared/base/orphan.ts': 'export const orphan = 1\n',
      'infra/local/main.ts': "import './started.ts'\n",
      'infra/local/started.ts': 'export {}\n',
      'tests/house/one.test.ts':
        "import { onlyTested } from '#shared/base/one.ts'\nimport { expect } from 'vitest'\nimport 'not-installed'\n\nexpect(onlyTested).toBe(2)\n",
      'tests/helper-of-nobody.ts': 'export {}\n',
    })
    run = await runTool('knip/bin/knip.js', [], planted.root)
  })
  afterAll(() => planted.remove())

  it('fails the command', () => {
    expect(run.exit_code).toBe(1)
  })

  it.each([
    ['an export that nobody imports', /^forgotten +shared\/base\/one\.ts/m],
    ['an exported type that nobody imports', /^Lost +type +shared\/base\/one\.ts/m],
    ['a file that nobody imports', /^shared\/base\/orphan\.ts/m],
    ['a helper that no test imports', /^tests\/helper-of-nobody\.ts/m],
    ['a package that nobody imports', /^hyparquet +package\.json/m],
    ['a package that is not declared', /^not-installed +tests\/house\/one\.test\.ts/m],
  ])('names %s', (_what, line) => {
    expect(run.output).toMatch(line)
  })

  it.each(['live', 'onlyTested', 'started.ts', 'one.test.ts '])('does not name %s, which is reached', (name) => {
    expect(run.output).not.toMatch(new RegExp(`^[^ ]*${name}`, 'm'))
  })
})
