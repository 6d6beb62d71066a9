import { createBrowserHistory, type RouterHistory } from '@tanstack/react-router'

import { painted } from './idle.ts'

/**
 * The history of the tab, in which a click on a link answers before the page behind it is drawn: the link says that it opens, and is
 * painted so. To draw a page takes several times as long as a click may wait for its answer on a slow processor. What changes the same
 * page, as a filter does, goes immediately: its controls show the address. Everything stays in its order.
 */
export function pageHistory(): RouterHistory {
  const history = createBrowserHistory()
  const { push, replace } = history
  let waiting = 0
  let last = Promise.resolve()
  const inOrder = (work: () => void): void => {
    waiting++
    const end = markOpening()
    last = last.then(painted).then(() => {
      waiting--
      end()
      work()
    })
  }
  history.push = (...to) => (waiting > 0 || isOtherPage(to[0]) ? inOrder(() => push(...to)) : push(...to))
  history.replace = (...by) => (waiting > 0 ? inOrder(() => replace(...by)) : replace(...by))
  return history
}

function isOtherPage(path: string): boolean {
  return new URL(path, location.href).pathname !== location.pathname
}

/** @returns takes the mark away: a link of the frame outlives the page that it leaves */
function markOpening(): () => void {
  const link = document.activeElement?.closest('a[href]')
  link?.setAttribute('data-opening', '')
  return () => link?.removeAttribute('data-opening')
}
