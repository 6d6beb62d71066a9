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

const SCREENS = [undefined, { width: 390, height: 800 }]

/** As `violationsOn`, in light and in dark, as wide as the page is and on a phone. The page is then as it was before. */
export async function violationsInEveryLook(page: Page): Promise<readonly string[]> {
  const wide = page.viewportSize()!
  const found: string[] = []
  for (const screen of SCREENS) {
    await page.setViewportSize(screen ?? wide)
    for (const colorScheme of ['light', 'dark'] as const) {
      // No colour is on its way to another one.
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const where = `${colorScheme}, ${screen?.width ?? wide.width} px`
      found.push(...(await violationsOn(page)).map((violation) => `${where}: ${violation}`))
    }
  }
  await page.setViewportSize(wide)
  await page.emulateMedia({ colorScheme: null, reducedMotion: null })
  return found
}
