/**
 * What the logs know users by.
 *
 *   USER_HASH_SALT=… npm run user-hash -- USER…          their hashes, one line each
 *   USER_HASH_SALT=… npm run user-hash -- --find HASH…   the users of the bucket who have them
 *
 * `--local` instead of USER_HASH_SALT: the salt of the local runtime. That of an environment is in the secret
 * `am-user-hash-salt`. Exit code 1: failed, or a hash is nobody's.
 */
import { parseArgs } from 'node:util'

import { ImportFailure } from '#infra/operate/import/import-failure.ts'
import { openTarget } from '#infra/operate/import/target.ts'
import { LOCAL_USER_HASH_SALT } from '#infra/local/user-hash-salt.ts'
import { systemClock } from '#shared/base/clock.ts'
import { edgeSettings } from '#shared/settings/edge-settings.ts'
import { readSettings, SettingsError } from '#shared/settings/settings.ts'
import { hashUserId } from '#shared/logging/user-hash.ts'
import { StoreError } from '#shared/objects/object-store.ts'
import { usersOf } from './users.ts'

const USAGE = 'npm run user-hash -- [--local] (USER… | --find HASH… [--data DIR])'

async function main(): Promise<number> {
  const options = {
    local: { type: 'boolean', default: false },
    find: { type: 'boolean', default: false },
    data: { type: 'string' },
  } as const
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  if (positionals.length === 0) throw new TypeError(USAGE)
  const environment = values.local ? { USER_HASH_SALT: LOCAL_USER_HASH_SALT } : process.env
  const { USER_HASH_SALT } = readSettings({ USER_HASH_SALT: edgeSettings.USER_HASH_SALT }, environment)
  const print = (text: string): void => void process.stdout.write(`${text}\n`)
  if (!values.find) {
    for (const user_id of positionals) print(hashUserId(user_id, USER_HASH_SALT))
    return 0
  }
  const data_dir = values.data
  const command = 'user-hash'
  const target = await openTarget({ command, environment: process.env, data_dir, read_only: true, clock: systemClock })
  try {
    const wanted = new Set(positionals)
    for await (const user_id of usersOf(target.store)) {
      const hash = hashUserId(user_id, USER_HASH_SALT)
      if (wanted.delete(hash)) print(user_id)
    }
    for (const hash of wanted) process.stderr.write(`${hash} is nobody's who has records in ${target.name}\n`)
    return wanted.size === 0 ? 0 : 1
  } finally {
    await target.close()
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  const is_plain =
    error instanceof SettingsError ||
    error instanceof ImportFailure ||
    error instanceof StoreError ||
    error instanceof TypeError
  process.stderr.write(`${is_plain ? error.message : String((error as Error).stack)}\n`)
  process.exitCode = 1
}
