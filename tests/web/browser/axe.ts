import axe, { type AxeResults, type RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'

const RULES: RunOptions = {
  runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
}

/** What the script makes of the page's `axe`. */
interface WithAxe {
  readonly axe: { run(on: Document, options: RunOptions): Promise<AxeResults> }
}

/** What axe finds on the page as it is now: the rule, where, and why. Best practices count. */
export async function violationsOn(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(async (rules) => {
    const scope: object = globalThis
    return await (scope as WithAxe).axe.run(document, rules)
  }, RULES)
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary ?? ''}`),
  )
}
