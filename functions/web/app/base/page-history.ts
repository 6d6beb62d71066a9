import { createBrowserHistory, type RouterHistory } from '@tanstack/react-router'

import { painted } from './idle.ts'

/**
 * The history of the tab, in which a click on a link answers before its page is drawn: the link says that it opens, and is painted so.
 * To draw a page takes several times as long as a click may wait for its answer on a slow processor. Everything stays in its order.
 */
export function pageHistory(): RouterHistory {
  const history = createBrowserHistory()
  const { push, replace } = history
  let pushes = 0
  let last = Promise.resolve()
  const inOrder = (work: () => void): void => {
    pushes++
    const end = markOpening()
    last = last.then(painted).then(() => {
      pushes--
      end()
      work()
    })
  }
  history.push = (...to) => inOrder(() => push(...to))
  history.replace = (...by) => (pushes > 0 ? inOrder(() => replace(...by)) : replace(...by))
  return history
}

/** @returns takes the mark away: a link of the frame outlives the page that it leaves */
function markOpening(): () => void {
  const link = document.activeElement?.closest('a[href]')
  link?.setAttribute('data-opening', '')
  return () => link?.removeAttribute('data-opening')
}
