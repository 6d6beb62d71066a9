/**
 * The commands of gcloud that the stand-in knows, each with its flags: a call with any other is refused, as gcloud
 * refuses it. A test gives these to gcloud's own linter, so that the stand-in allows nothing that gcloud does not.
 */
const EVERYWHERE = ['--project', '--quiet', '--format']
const OF_REGION = [...EVERYWHERE, '--region']

export const STAND_IN_FLAGS: Readonly<Record<string, readonly string[]>> = {
  'run deploy': [...OF_REGION, '--image', '--no-traffic'],
  'run services describe': [...OF_REGION, '--flatten'],
  'run services list': [...OF_REGION, '--filter'],
  'run services update-traffic': [...OF_REGION, '--update-tags', '--remove-tags', '--to-revisions'],
  'run revisions list': [...OF_REGION, '--service', '--sort-by', '--flatten', '--filter'],
  'artifacts docker images list': [...EVERYWHERE, '--include-tags'],
  'auth print-identity-token': ['--quiet', '--impersonate-service-account', '--audiences', '--include-email'],
  'auth print-access-token': ['--quiet'],
  'run services update': [...OF_REGION, '--ingress'],
  'scheduler jobs list': [...EVERYWHERE, '--location'],
  'scheduler jobs pause': ['--project', '--quiet', '--location'],
  'scheduler jobs resume': ['--project', '--quiet', '--location'],
  'scheduler jobs run': ['--project', '--quiet', '--location'],
  'logging read': [...EVERYWHERE, '--limit'],
  'storage objects describe': EVERYWHERE,
  'storage objects list': EVERYWHERE,
  'storage objects update': [...EVERYWHERE, '--read-paths-from-stdin', '--custom-time'],
  'storage cat': EVERYWHERE,
  'storage cp': [...EVERYWHERE, '--if-generation-match', '--recursive'],
  'storage rm': [...EVERYWHERE, '--if-generation-match'],
}

export interface ParsedCall {
  readonly command: string
  readonly operands: readonly string[]
  readonly flags: ReadonlyMap<string, string>
}

/** @returns what gcloud would say to a call that it does not understand */
export function parseCall(args: readonly string[]): ParsedCall | string {
  const command = Object.keys(STAND_IN_FLAGS).find(
    (known) => args.slice(0, known.split(' ').length).join(' ') === known,
  )
  if (command === undefined) return `Invalid choice: '${args.join(' ')}'`
  const operands: string[] = []
  const flags = new Map<string, string>()
  for (const arg of args.slice(command.split(' ').length)) {
    if (!arg.startsWith('--')) {
      operands.push(arg)
      continue
    }
    const [name = '', ...value] = arg.split('=')
    if (!STAND_IN_FLAGS[command]?.includes(name)) return `unrecognized arguments: ${arg}`
    flags.set(name, value.join('='))
  }
  return { command, operands, flags }
}
