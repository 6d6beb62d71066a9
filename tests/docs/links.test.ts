import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { allPages, deadLinks, missingFiles, missingPaths, missingScripts, type Page } from './markdown.ts'
import { ROOT } from './typing.ts'

const PAGES = allPages()

const faultsOf = (find: (page: Page) => string[]): string[] =>
  PAGES.flatMap((page) => find(page).map((fault) => `${page.path}: ${fault}`))

describe('every document', () => {
  test('is looked at', () => {
    expect(PAGES.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['README.md', 'infra/docs/README.md', 'shared/table/README.md', 'terraform/README.md']),
    )
  })

  test('links only to files and headings that exist', () => {
    expect(faultsOf(deadLinks)).toEqual([])
  })

  test('names only paths that exist', () => {
    expect(faultsOf(missingPaths)).toEqual([])
    expect(faultsOf(missingFiles)).toEqual([])
  })

  test('names only npm scripts that package.json has', () => {
    expect(faultsOf(missingScripts)).toEqual([])
  })
})

describe('what is dead is found', () => {
  const page = (text: string): Page => ({ path: 'infra/docs/planted.md', text })

  test.each([
    ['a link to a file that does not exist', '[x](nowhere.md)', ['nowhere.md']],
    ['a link to a heading that its page does not have', '[x](limits.md#nothing)', ['limits.md#nothing']],
    ['a link to a heading of its own page', '[x](#here)', ['#here']],
    ['but no link that leads somewhere', '[x](limits.md#not-run-against-google) [y](https://example.com/z.md)', []],
  ])('%s', (_, text, dead) => {
    expect(deadLinks(page(text))).toEqual(dead)
  })

  test('a path, also one with a pattern that matches nothing', () => {
    const text = 'In `shared/nowhere.ts`, `shared/base/*.py` and `shared/base/{clock,random}.ts`.'
    expect(missingPaths(page(text))).toEqual(['shared/nowhere.ts', 'shared/base/*.py'])
  })

  test('a file that no folder has', () => {
    expect(missingFiles(page('`nowhere.ts` beside `clock.ts`'))).toEqual(['nowhere.ts'])
  })

  test('an npm script', () => {
    expect(missingScripts(page('`npm run nothing` and `npm run --silent restore -- --all`'))).toEqual(['nothing'])
  })
})

describe('the README', () => {
  const text = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const lines = text.trimEnd().split('\n')

  test('has at most 150 lines of at most 110 characters', () => {
    expect(lines.length).toBeLessThanOrEqual(150)
    expect(lines.filter((line) => Array.from(line).length > 110)).toEqual([])
  })

  test('has the two commands and the status on its first screen', () => {
    const first_screen = lines.slice(0, 24).join('\n')
    for (const shown of ['npm ci && npm start ', 'http://localhost:8080', 'npm ci && npm test ', 'against Google']) {
      expect(first_screen).toContain(shown)
    }
  })
})

test('.editorconfig says the same as .oxfmtrc.json', () => {
  const { printWidth, tabWidth } = JSON.parse(readFileSync(join(ROOT, '.oxfmtrc.json'), 'utf8')) as {
    printWidth: number
    tabWidth: number
  }
  const everywhere = readFileSync(join(ROOT, '.editorconfig'), 'utf8').split('[*.md]')[0]
  expect(everywhere).toContain(`max_line_length = ${printWidth}\n`)
  expect(everywhere).toContain(`indent_size = ${tabWidth}\n`)
})
