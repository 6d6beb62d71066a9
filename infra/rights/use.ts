import type { ShortName } from './resources.ts'

/** Something that is done, who does it, and the permissions that it takes. */
export interface Use {
  /** The function, command, step of the rollout, or service of Google. */
  readonly what: string
  /** The name of an account without its domain, or of those who are named in Terraform's variables. */
  readonly who: string
  readonly permissions: readonly string[]
  readonly on: readonly ShortName[]
  /** The grant in `terraform/` that allows it, without the key of `for_each`. */
  readonly grant: string
}

export const READ = ['storage.objects.get']
export const LIST = ['storage.objects.list']
/** To replace an object is to delete the generation before it. */
export const WRITE = ['storage.objects.create', 'storage.objects.delete']
