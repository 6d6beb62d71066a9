import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { ROOT } from './typing.ts'

/** What the documents of the repository point to: links, anchors, paths, npm scripts. */

export interface Page {
  /** Path from the project's root. */
  readonly path: string
  readonly text: string
}

const NOT_OURS = new Set(['node_modules', 'dist', '.data', 'coverage', '.terraform'])

/** Every Markdown file of the repository. */
export function allPages(): Page[] {
  const paths = globSync('**/*.md', { cwd: ROOT, exclude: (name) => NOT_OURS.has(name) })
  return paths.toSorted().map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
}

/** Links of a page that lead nowhere: to a file that does not exist, or to a heading that its page does not have. */
export function deadLinks({ path, text }: Page): string[] {
  const links = Array.from(withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g), ([, link]) => link!)
  return links.filter((link) => !/^[a-z]+:/.test(link) && !leadsSomewhere(path, link))
}

function leadsSomewhere(from: string, link: string): boolean {
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? from : join(dirname(from), file)
  if (!existsSync(join(ROOT, target))) return false
  return anchor === undefined || anchorsOf(readFileSync(join(ROOT, target), 'utf8')).includes(anchor)
}

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(text: string): string[] {
  const headings = Array.from(withoutCode(text).matchAll(/^#{1,6} (.+)$/gm), ([, heading]) => heading!)
  const seen = new Map<string, number>()
  return headings.map((heading) => {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-')
    const before = seen.get(anchor) ?? 0
    seen.set(anchor, before + 1)
    return before === 0 ? anchor : `${anchor}-${before}`
  })
}

/** A heading or a link inside a block of code is none. */
function withoutCode(text: string): string {
  return text.replaceAll(/^ *```[^]*?^ *```$/gm, '')
}

/** Paths of this repository that a page names and that do not exist; `*` and `{a,b}` must match something. */
export function missingPaths({ text }: Page): string[] {
  const named = text.matchAll(/(?<![\w/.<>~-])(?:functions|shared|infra|terraform|tests|\.ci)\/[\w.@{},*/-]*/g)
  const paths = Array.from(named, ([path]) => path.replace(/[.,]+$/, ''))
  return paths.filter((path) => !exists(path))
}

const found = new Map<string, boolean>()

/** Many documents name the same paths, and most are no patterns. */
function exists(path: string): boolean {
  const known = found.get(path)
  if (known !== undefined) return known
  const is_found = /[*{]/.test(path) ? globSync(path, { cwd: ROOT }).length > 0 : existsSync(join(ROOT, path))
  found.set(path, is_found)
  return is_found
}

/** Source files that a page names without their folder, and that no folder has. */
export function missingFiles({ text }: Page): string[] {
  const named = Array.from(text.matchAll(/`([\w-]+(?:\.[\w-]+)*\.(?:ts|sh|tf|sql|yaml))`/g), ([, name]) => name!)
  return named.filter((name) => !(file_names ??= fileNames()).has(name))
}

let file_names: ReadonlySet<string> | undefined

function fileNames(): ReadonlySet<string> {
  const paths = globSync('{*,{functions,shared,infra,terraform,tests}/**/*}', { cwd: ROOT })
  return new Set(paths.map((path) => basename(path)))
}

/** npm scripts that a page names and that package.json does not have. */
export function missingScripts({ text }: Page): string[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const named = Array.from(text.matchAll(/npm run (?:--?s(?:ilent)? )?([a-z][a-z:-]*)/g), ([, script]) => script!)
  return named.filter((script) => !Object.hasOwn(scripts, script))
}
