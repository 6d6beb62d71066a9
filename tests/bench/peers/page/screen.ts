/** What each page shows: the 50 newest records. A change is on the screen when the cell of its record has the value. */
export const SHOWN = 50

const list = document.querySelector('#rows')!
const waiting = new Map<string, { readonly name: string; resolve(): void }>()

export function show(id: string, name: string): void {
  const item = document.getElementById(id) ?? list.appendChild(document.createElement('li'))
  item.id = id
  if (item.textContent !== name) item.textContent = name
  const waited = waiting.get(id)
  if (waited?.name !== name) return
  waiting.delete(id)
  waited.resolve()
}

/** The screen is full. */
export async function isShown(): Promise<void> {
  while (list.children.length < SHOWN) await new Promise(requestAnimationFrame)
}

/** One write after another, each of another record on the screen. @returns milliseconds until the screen showed it */
export async function timedWrites(
  count: number,
  write: (id: string, name: string) => Promise<unknown>,
): Promise<number[]> {
  const ids = Array.from(list.children, ({ id }) => id)
  const durations_ms: number[] = []
  for (let number = 0; number < count; number++) {
    const id = ids[number % ids.length] ?? ''
    const name = `Written ${number}`
    const shown = new Promise<void>((resolve) => waiting.set(id, { name, resolve }))
    const begun_ms = performance.now()
    const written = write(id, name)
    await shown
    durations_ms.push(performance.now() - begun_ms)
    await written
  }
  return durations_ms
}

/** Rows as the server of this benchmark has them, page by page. */
export async function* pulledPages(): AsyncGenerator<readonly object[]> {
  for (let page = 0; ; page++) {
    const answer = await fetch(`/rows/${page}`)
    const { rows, more } = (await answer.json()) as { rows: object[]; more: boolean }
    yield rows
    if (!more) return
  }
}

export async function post(changes: readonly object[]): Promise<void> {
  await fetch('/push', { method: 'POST', body: JSON.stringify({ changes }) })
}
