import { expect, test } from 'vitest'

import { virtualSync } from './virtual-sync.ts'

test('a month that is removed between its listing and its fetch is told as gone by the same pull', async () => {
  let onRead = (): void => undefined
  const { run, push, pull, create, rename, newId, store, audiencesOf } = virtualSync({
    faultOf: ({ operation }) => {
      if (operation === 'read') onRead()
      return undefined
    },
  })
  await run(async () => {
    const id = newId('aud')
    await push([create(id)])
    const { cursor } = await pull(null)
    await push([rename(id, 'A', 'B')])
    const { name } = audiencesOf()
    onRead = () => store.remove(name)
    const page = await pull(cursor)
    const gone = { partition: 'audiences/2025-05', reset: true, last: true, rows: [] }
    expect(page).toMatchObject({ partitions: [gone], more: false })
    expect(await pull(page.cursor)).toMatchObject({ partitions: [], more: false })
  })
})
