/**
 * The three load tests of the old system's papers, as one table: a thousand saves at once, ten thousand audiences listed,
 * two years of growth; and the model's figures for a fleet. `npm run bench -- load [saves|listing|growth|fleet]…`.
 *
 * The store answers as slowly as people report of Cloud Storage (GET 30 ms, PUT 100 ms, overwrite 500 ms) and takes one
 * write per second and name. Its real times would differ; the ratios and counts are what to look at.
 */
import { benchFleet } from './load/fleet.ts'
import { benchGrowth } from './load/growth.ts'
import { benchListing } from './load/listing.ts'
import { benchSaves } from './load/saves.ts'
import { closeConnections } from './runtime.ts'

const PARTS = { saves: benchSaves, listing: benchListing, growth: benchGrowth, fleet: benchFleet }

const names = process.argv.slice(2)
const unknown = names.filter((name) => !Object.hasOwn(PARTS, name))
if (unknown.length > 0) throw new Error(`there is no ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`)
for (const [name, bench] of Object.entries(PARTS)) {
  if (names.length > 0 && !names.includes(name)) continue
  await bench()
  console.log()
}
closeConnections()
