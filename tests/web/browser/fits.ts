import type { Page } from 'playwright-core'

/**
 * What does not fit into the window, in words: a page that scrolls sideways, words and controls that are cut off, controls
 * that stay covered wherever the page is scrolled to, and what stays behind when its surroundings are scrolled. Of what is open over the
 * page, the uppermost is looked at.
 */
export async function misfitsOn(page: Page): Promise<readonly string[]> {
  return await page.evaluate(misfitsHere)
}

/** Runs in the page. */
const misfitsHere = (): readonly string[] => {
  const CONTROLS = 'button, a[href], input, select, textarea, summary'
  const faults: string[] = []
  const nameOf = (element: Element) => {
    const words = element.getAttribute('aria-label') ?? element.textContent.trim()
    return `${element.localName} “${words.slice(0, 40)}”`
  }
  const layers = document.querySelectorAll('dialog[open], :popover-open:not([aria-hidden])')
  const top = [...layers].at(-1) ?? document.body
  for (const [name, element] of Object.entries({ page: document.documentElement, content: top })) {
    const over = element.scrollWidth - element.clientWidth
    if (over > 0) faults.push(`the ${name} scrolls sideways by ${over}`)
  }
  const isSeen = (element: Element) => {
    const { width, height } = element.getBoundingClientRect()
    const is_there = element.checkVisibility({ visibilityProperty: true }) && width > 1 && height > 1
    return is_there && !element.closest('.unseen, [inert]')
  }
  /** Whether a part that hides what does not fit says so, by dots or because it scrolls as tables and rows of choices do. */
  const tellsRest = (part: Element) => {
    const { textOverflow, webkitLineClamp, overflowX } = getComputedStyle(part)
    if (textOverflow === 'ellipsis' || webkitLineClamp !== 'none') return true
    return (
      overflowX !== 'hidden' &&
      (part.matches('nav, fieldset') || part.querySelector(':scope > :is(table, nav, fieldset)'))
    )
  }
  const isCut = (text: Range) => {
    const { left, right } = text.getBoundingClientRect()
    for (let part = text.startContainer.parentElement; part && top.contains(part); part = part.parentElement) {
      if (getComputedStyle(part).overflowX === 'visible') continue
      if (tellsRest(part)) return false
      const edge = part.getBoundingClientRect()
      if (left < edge.left - 1 || right > edge.right + 1) return true
    }
    return left < -1 || right > innerWidth + 1
  }
  const texts = document.createTreeWalker(top, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const words = texts.currentNode.textContent?.trim() ?? ''
    const about = texts.currentNode.parentElement
    if (words === '' || !about || about.matches('option, textarea') || !isSeen(about)) continue
    const text = document.createRange()
    text.selectNodeContents(texts.currentNode)
    if (isCut(text)) faults.push(`“${words.slice(0, 40)}” is cut off`)
    const lines = new Set([...text.getClientRects()].map((line) => Math.round(line.top)))
    if (/^[\d.,]+$/.test(words) && lines.size > 1) faults.push(`the number ${words} is broken`)
  }
  /** The nearest part that scrolls, where nothing up to it holds what is placed absolutely: its place is then the frame's. */
  const scrollerLeft = (placed: Element): Element | undefined => {
    for (let part = placed.parentElement; part && top.contains(part); part = part.parentElement) {
      const { position, contain, contentVisibility, transform, overflowY } = getComputedStyle(part)
      if (position !== 'static' || contain !== 'none' || contentVisibility !== 'visible' || transform !== 'none')
        return undefined
      if (overflowY === 'auto' || overflowY === 'scroll') return part
    }
    return undefined
  }
  for (const placed of top.querySelectorAll('*')) {
    if (getComputedStyle(placed).position !== 'absolute' || !placed.checkVisibility()) continue
    const left = scrollerLeft(placed)
    if (left) faults.push(`${nameOf(placed)} lies outside of ${left.localName}.${left.className}, which scrolls`)
  }
  const isHit = (control: Element) => {
    const { left, top: above, width, height } = control.getClientRects()[0] ?? control.getBoundingClientRect()
    const hit = document.elementFromPoint(left + width / 2, above + height / 2)
    if (!hit) return false
    return control.contains(hit) || hit.contains(control) || hit.closest('label')?.control === control
  }
  for (const control of top.querySelectorAll(CONTROLS)) {
    if (!isSeen(control)) continue
    const is_reached = (['nearest', 'center', 'start'] as const).some((block) => {
      control.scrollIntoView({ block, inline: 'nearest', behavior: 'instant' })
      return isHit(control)
    })
    if (!is_reached) faults.push(`${nameOf(control)} is covered`)
  }
  return faults
}
