import type { OperationText } from '#shared/contract/openapi-texts.ts'
import { CONDITIONS, KEYS, page, success } from './operation-text.ts'

/** The texts of the routes of a record's past, which are the same for each kind. */
interface VersionTexts {
  readonly list: OperationText
  readonly get: OperationText
  readonly restore: OperationText
  readonly forget: OperationText
}

/**
 * @param record as answers show it, at version 3
 * @param fields of it what users set
 */
export function versionTexts(
  noun: string,
  record: Readonly<Record<string, unknown>>,
  fields: readonly string[],
): VersionTexts {
  const { user_id, client_id, created_at, updated_at } = record
  const writer = { by: user_id, via: 'api', client_id }
  const system = [`${noun}_id`, 'user_id', 'created_at', 'deleted', 'client_id', 'updated_by']
  const kept = Object.fromEntries([...system, ...fields].map((name) => [name, record[name]]))
  const past = {
    ...kept,
    version: 1,
    updated_at: created_at,
    name: record['name'] === undefined ? undefined : 'As first saved',
  }
  return {
    list: {
      description:
        'At most fifty changes are kept, the oldest go first. Changes of a draft by one client within ten minutes share an entry. A ' +
        'change of what only the server sets (a test of a platform, the results of a distribution) has none.',
      answers: {
        200: success({
          versions: [
            { version: 3, at: updated_at, ...writer, changed: ['name'] },
            { version: 1, at: created_at, ...writer, changed: [] },
          ],
          ...page(2),
          kept_since_version: 1,
          gap: false,
        }),
      },
    },
    get: {
      description:
        'A version that the list names. `restorable` says whether restoring it would be accepted now, and `obstacles` what stands ' +
        'against it. Credentials are never part of it. A version that is not kept is 404.',
      answers: {
        200: success({ [noun]: JSON.parse(JSON.stringify(past)) as object, restorable: true, obstacles: [] }),
      },
    },
    restore: {
      description:
        'The record gets a new version with the values of the old one. What its status does not allow is 409, and so is a version of ' +
        `which a value was too large to keep. Credentials and progress stay as they are. ${CONDITIONS} ${KEYS}`,
      answers: {
        200: success({
          message: `${noun.slice(0, 1).toUpperCase()}${noun.slice(1)} restored to version 1; it is version 4 now`,
          [noun]: { ...record, version: 4 },
        }),
      },
    },
    forget: {
      description:
        'For a secret that was typed where it does not belong: the entries of the past are removed, and the record gets a new version. ' +
        `Older generations of the object remain for as long as the bucket keeps them. ${CONDITIONS}`,
    },
  }
}
