import { runCommand } from '#infra/command/run.ts'
import { SOAK_COMMAND } from './command.ts'
import { soak } from './soak.ts'

await runCommand(SOAK_COMMAND, async ({ minutes, seed }) => {
  const print = (line: string) => void process.stdout.write(`${line}\n`)
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  const { figures, faults, evidence } = await soak({ minutes, seed, signal: stopping.signal, print })
  for (const line of figures) print(line)
  for (const fault of faults) print(`WRONG: ${fault}`)
  if (evidence !== undefined) print(`What was done, answered, logged and stored is in ${evidence}`)
  print(faults.length === 0 ? 'Nothing is wrong.' : `${faults.length} things are wrong (--seed ${seed}).`)
  return faults.length === 0 ? 0 : 1
})
