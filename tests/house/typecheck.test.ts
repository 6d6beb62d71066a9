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
  'shared/http/server-sees-no-page.ts': 'export const wrong: string = document.title\n',
  'shared/base/through-subpath.ts': "import { one } from '#shared/base/one.ts'\n\nexport const wrong: number = one\n",
}

describe('typecheck', () => {
  let planted: PlantedRepository
  let run: ToolRun
  let browser_run: ToolRun
  let app_run: ToolRun
  let lint_run: ToolRun
  beforeAll(async () => {
    planted = await plantRepository({
      ...ERRONEOUS,
      'shared/base/one.ts': "export const one = ''\n",
      'shared/client/browser/page.ts': 'export const title: string = document.title\n',
      'shared/client/browser/wrong.ts': 'export const wrong: number = document.title\n',
      'functions/web/app/frame/page.tsx': 'export const Title = () => <h1 title={document.title} />\n',
      'functions/web/app/frame/wrong.tsx': 'export const Wrong = () => <h1 title={1} />\n',
    })
    run = await runTool('typescript/bin/tsc', [], planted.root)
    browser_run = await runTool('typescript/bin/tsc', ['-p', 'shared/client/browser'], planted.root)
    app_run = await runTool('typescript/bin/tsc', ['-p', 'functions/web/app'], planted.root)
    lint_run = await runTool('oxlint/bin/oxlint', ['--type-check', '--format=json'], planted.root)
  })
  afterAll(() => planted.remove())

  it('fails the command', () => {
    expect(run.exit_code).toBeGreaterThan(0)
  })

  it.each(Object.keys(ERRONEOUS))('finds the error in %s', (path) => {
    expect(run.output).toContain(`${path}(`)
  })

  it('knows a page in the adapters for browsers, and finds their errors, too', () => {
    expect(browser_run.exit_code).toBeGreaterThan(0)
    expect(browser_run.output).toContain('wrong.ts(')
    expect(browser_run.output).not.toContain('page.ts(')
    expect(run.output).not.toContain('shared/client/browser/')
  })

  it('knows elements and a page in the app, and finds their errors, too', () => {
    expect(app_run.exit_code).toBeGreaterThan(0)
    expect(app_run.output).toContain('frame/wrong.tsx(')
    expect(app_run.output).not.toContain('frame/page.tsx(')
    expect(run.output).not.toContain('functions/web/app/')
  })

  it('finds no error in code that has none', () => {
    expect(run.output).not.toContain('shared/base/one.ts(')
  })

  it('has nothing that the lint, which npm test runs alone, does not find as well', () => {
    const by_compiler = [run, browser_run, app_run].flatMap(({ output }) =>
      [...output.matchAll(/^(.*?)\(.*: error (TS\d+)/gm)].map(([, path, code]) => `${path} ${code}`),
    )
    const { diagnostics } = JSON.parse(lint_run.output) as { diagnostics: { filename: string; code?: string }[] }
    const by_lint = diagnostics.flatMap(({ filename, code = '' }) => {
      const type_error = /^typescript\((TS\d+)\)$/.exec(code)?.[1]
      return type_error === undefined ? [] : [`${filename} ${type_error}`]
    })
    expect(by_compiler.length).toBeGreaterThan(Object.keys(ERRONEOUS).length)
    expect(by_lint.toSorted()).toEqual(by_compiler.toSorted())
  })
})
