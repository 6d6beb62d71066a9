/** Making an object out of others: copy, rewrite, compose. */
import { json, type Answer } from '../../kit/answers.ts'
import type { Version } from '../catalog.ts'
import { parseJson } from '../multipart.ts'
import { checkPreconditions, parseGeneration, parseInt64, parsePreconditions } from '../preconditions.ts'
import { conditionNotMet, invalid, refusal } from '../refusals.ts'
import { asRecord, objectResource, parseObjectResource, versionHeaders } from '../resources.ts'
import type { Content } from '../storage.ts'
import type { GcsCall, Service } from './route.ts'

const COMPOSE_SOURCES_MAX = 32

interface Place {
  bucket: string
  name: string
}

export async function copy(service: Service, call: GcsCall, source: Place, target: Place): Promise<Answer> {
  const version = await copyObject(service, call, source, target)
  return json(objectResource(service.url, target.bucket, version), versionHeaders(version))
}

/** Always done in one call. Source: https://cloud.google.com/storage/docs/json_api/v1/objects/rewrite */
export async function rewrite(service: Service, call: GcsCall, source: Place, target: Place): Promise<Answer> {
  const version = await copyObject(service, call, source, target)
  return json({
    kind: 'storage#rewriteResponse',
    totalBytesRewritten: String(version.size_bytes),
    objectSize: String(version.size_bytes),
    done: true,
    resource: objectResource(service.url, target.bucket, version),
  })
}

async function copyObject(service: Service, call: GcsCall, source: Place, target: Place): Promise<Version> {
  const { storage } = service
  const resource = asRecord(parseJson(call.body))
  const source_generation = parseGeneration(call.query, 'sourceGeneration')
  const source_preconditions = parsePreconditions(call.query, 'ifSource')
  const preconditions = parsePreconditions(call.query)
  const readSource = async (): Promise<Content> => {
    const version = storage.version(source.bucket, source.name, source_generation)
    checkPreconditions(source_preconditions, version)
    const bytes = await storage.read(source.bucket, version)
    const { settings } = Object.keys(resource).length > 0 ? parseObjectResource(resource) : version
    const declared = { crc32c: version.crc32c, ...(version.md5 !== undefined && { md5: version.md5 }) }
    const { component_count } = version
    return { bytes, settings, declared, ...(component_count !== undefined && { component_count }) }
  }
  const check = (current: Version | undefined) => checkPreconditions(preconditions, current)
  return storage.write(target.bucket, target.name, check, readSource)
}

/** Source: https://cloud.google.com/storage/docs/json_api/v1/objects/compose */
export async function compose(service: Service, call: GcsCall, bucket: string, name: string): Promise<Answer> {
  const request = asRecord(parseJson(call.body))
  const { settings } = parseObjectResource(request['destination'] ?? {})
  const sources = parseSources(request['sourceObjects'])
  const preconditions = parsePreconditions(call.query)
  const { generation_not_match, metageneration_not_match } = preconditions
  if (generation_not_match !== undefined || metageneration_not_match !== undefined) {
    throw invalid('compose takes ifGenerationMatch and ifMetagenerationMatch only.')
  }
  const check = (current: Version | undefined) => checkPreconditions(preconditions, current)
  const version = await service.storage.write(bucket, name, check, () =>
    joinSources(service, bucket, sources, settings),
  )
  return json(objectResource(service.url, bucket, version), versionHeaders(version))
}

interface Source {
  name: string
  generation: number | undefined
  generation_match: number | undefined
}

function parseSources(list: unknown): Source[] {
  if (!Array.isArray(list) || list.length === 0 || list.length > COMPOSE_SOURCES_MAX) {
    throw invalid(`The number of source components must be between 1 and ${COMPOSE_SOURCES_MAX}.`)
  }
  return list.map((item) => {
    const { name, generation, objectPreconditions } = asRecord(item)
    if (typeof name !== 'string') throw invalid('A source object has no name.')
    const { ifGenerationMatch } = asRecord(objectPreconditions ?? {})
    return {
      name,
      generation: optionalInt64('generation', generation),
      generation_match: optionalInt64('ifGenerationMatch', ifGenerationMatch),
    }
  })
}

function optionalInt64(field: string, value: unknown): number | undefined {
  return value === undefined || value === null ? undefined : parseInt64(field, value)
}

async function joinSources(
  service: Service,
  bucket: string,
  sources: Source[],
  settings: Content['settings'],
): Promise<Content> {
  // All are looked up and opened in one turn: a change of one of them cannot come between.
  const reading = sources.map(({ name, generation, generation_match }) => {
    const version = service.storage.catalog.version(bucket, name, generation)
    if (!version) throw refusal(404, 'notFound', `Object ${name} (generation: ${generation ?? 0}) not found.`)
    if (generation_match !== undefined && generation_match !== version.generation) throw conditionNotMet()
    return version
  })
  const parts = await Promise.all(reading.map((version) => service.storage.read(bucket, version)))
  const component_count = reading.reduce((sum, version) => sum + (version.component_count ?? 1), 0)
  return { bytes: Buffer.concat(parts), settings, declared: {}, component_count }
}
