import type { Use } from '../rights/use.ts'
import { USES_BY_SECTION } from '../rights/uses/all.ts'

const SECTION = /(<!-- rights -->\n)[^]*?(<!-- \/rights -->)/

/** The page with its tables replaced by those that the code defines. */
export function withRightsTables(page: string): string {
  if (!SECTION.test(page)) throw new Error('the page has no <!-- rights --> section for the tables of rights')
  const sections = Object.entries(USES_BY_SECTION).map(([title, uses]) => `## ${title}\n\n${tableOf(uses)}\n`)
  return page.replace(SECTION, (_, before: string, after: string) => `${before}\n${sections.join('\n')}\n${after}`)
}

function tableOf(uses: readonly Use[]): string {
  const rows = uses.map(({ who, what, permissions, on, grant }) => {
    return `| ${who} | ${what} | ${permissions.join(', ')} | ${on.join(', ')} | \`${grant}\` |`
  })
  return ['| who | what | permissions | on | grant |', '|---|---|---|---|---|', ...rows].join('\n')
}
