/**
 * One save alone, over HTTP, against a bare conditional PUT of the same bytes through the same client: with the store's
 * latency as people measure it on Cloud Storage (PUT 100 ms), and with the bare local store.
 */
import { systemClock } from '#shared/base/clock.ts'
import { crc32c } from '#shared/base/crc32c.ts'
import { gcsObjectStore } from '#shared/objects/gcs-object-store.ts'
import { BUCKET, startAudiences } from '#tests/functions/audiences/harness.ts'
import { figuresOf, ms, printRow, timed } from './figures.ts'
import { sampleAudience } from './sample-audience.ts'

const RUNS = 40
const running = await startAudiences({ fsync: true })
const store = gcsObjectStore({ bucket: BUCKET, clock: systemClock, api_endpoint: running.gcs.url })

printRow('one save alone', ['bare PUT', 'save', 'ratio', 'difference'])
try {
  for (const write_ms of [100, 0]) {
    running.gcs.faults.set({ latency: { write_ms } })
    await running.call('POST', '/api/audiences', sampleAudience(0))
    const bytes = await storedBytes()
    let generation = '0'
    const name = `bench/bare_${write_ms}`
    const bare_ms: number[] = []
    const save_ms: number[] = []
    // In turn, so that both see the same machine.
    for (let run = 0; run < RUNS; run++) {
      bare_ms.push(
        ...(await timed(1, async () => {
          const options = { if_generation: generation, crc32c: crc32c(bytes), content_type: 'application/octet-stream' }
          const result = await store.write(name, bytes, options)
          if (result.kind === 'written') generation = result.generation
        })),
      )
      save_ms.push(...(await timed(1, () => running.call('POST', '/api/audiences', sampleAudience(run)))))
    }
    const bare = figuresOf(bare_ms)
    const save = figuresOf(save_ms)
    printRow(`PUT latency ${write_ms} ms, p50`, [
      ms(bare.p50),
      ms(save.p50),
      `${(save.p50 / bare.p50).toFixed(2)} ×`,
      ms(save.p50 - bare.p50),
    ])
  }
} finally {
  await running.close()
}

async function storedBytes(): Promise<Uint8Array> {
  const [listing] = await store.list('audiences/')
  if (!listing) throw new Error('nothing was stored')
  const result = await store.read(listing.name)
  if (result.kind !== 'found') throw new Error('what was listed is gone')
  return result.bytes
}
