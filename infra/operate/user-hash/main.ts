import { runCommand } from '#infra/command/run.ts'
import { LOCAL_USER_HASH_SALT } from '#infra/local/user-hash-salt.ts'
import { hashUserId } from '#shared/logging/user-hash.ts'
import { edgeSettings } from '#shared/settings/edge-settings.ts'
import { readSettings } from '#shared/settings/settings.ts'
import { withBucket } from '../open-bucket.ts'
import { USER_HASH_COMMAND } from './command.ts'
import { usersOf } from './users.ts'

await runCommand(USER_HASH_COMMAND, async ({ local, find, user: given, data: data_dir }) => {
  const environment = local ? { USER_HASH_SALT: LOCAL_USER_HASH_SALT } : process.env
  const { USER_HASH_SALT } = readSettings({ USER_HASH_SALT: edgeSettings.USER_HASH_SALT }, environment)
  if (!find) {
    for (const user_id of given) console.log(hashUserId(user_id, USER_HASH_SALT))
    return 0
  }
  return await withBucket({ program: USER_HASH_COMMAND.program, data_dir, read_only: true }, async (bucket) => {
    const wanted = new Set(given)
    for await (const user_id of usersOf(bucket.store)) {
      if (wanted.delete(hashUserId(user_id, USER_HASH_SALT))) console.log(user_id)
    }
    for (const hash of wanted) console.error(`No user with records in ${bucket.label} has the hash ${hash}`)
    return wanted.size === 0 ? 0 : 1
  })
})
