import type { Terraform } from './terraform.ts'

/** Which resources Terraform makes after which others: of each address, those that it names itself. */
export type Graph = ReadonlyMap<string, readonly string[]>

/**
 * The order in which Terraform makes the resources of a folder.
 * @param folder without a backend, which would have to be initialised
 */
export async function graphOf(terraform: Terraform, folder: string): Promise<Graph> {
  const { exit_code, stdout, stderr } = await terraform.run(`-chdir=${folder}`, 'graph')
  if (exit_code !== 0) throw new Error(`no graph of ${folder}: ${stderr}`)
  const graph = new Map<string, string[]>()
  for (const [, address] of stdout.matchAll(/^ *"([^"]+)" \[label/gm)) graph.set(address!, [])
  for (const [, later, earlier] of stdout.matchAll(/^ *"([^"]+)" -> "([^"]+)"/gm)) graph.get(later!)?.push(earlier!)
  return graph
}

/** Everything that is made before `address`. */
export function madeBefore(graph: Graph, address: string): ReadonlySet<string> {
  const before = new Set<string>()
  const open = [address]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const earlier of graph.get(next) ?? []) {
      if (before.has(earlier)) continue
      before.add(earlier)
      open.push(earlier)
    }
  }
  return before
}
