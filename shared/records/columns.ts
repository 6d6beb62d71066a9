import type * as z from 'zod/mini'

/**
 * Parquet columns made of a zod schema, so that a field is declared once.
 *
 * The structures match those of `shared/parquet` and `shared/table` by shape; this layer knows neither.
 */
export type ColumnType = 'string' | 'int64' | 'double' | 'boolean' | 'timestamp' | 'string_list' | 'json'

export interface Column<Name extends string = string> {
  readonly name: Name
  readonly type: ColumnType
  readonly statistics?: boolean
}

/** One column per field of `shape`, in its order; `statistics` names those that keep min and max. */
export function columnsOf<Name extends string>(
  shape: Readonly<Record<Name, z.core.$ZodType>>,
  statistics: readonly string[],
): Column<Name>[] {
  return (Object.entries(shape) as [Name, z.core.$ZodType][]).map(([name, field]) => ({
    name,
    type: columnType(name, field),
    ...(statistics.includes(name) ? { statistics: true } : {}),
  }))
}

function columnType(name: string, field: z.core.$ZodType): ColumnType {
  const definition = field._zod.def as {
    type: string
    innerType?: z.core.$ZodType
    in?: z.core.$ZodType
    element?: z.core.$ZodType
    format?: string
  }
  switch (definition.type) {
    case 'nullable':
    case 'optional':
    case 'default':
      return columnType(name, definition.innerType!)
    case 'pipe':
      return columnType(name, definition.in!)
    case 'string':
      return definition.format === 'datetime' ? 'timestamp' : 'string'
    case 'enum':
      return 'string'
    case 'boolean':
      return 'boolean'
    case 'number':
      return definition.format === 'safeint' ? 'int64' : 'double'
    case 'array':
      return columnType(name, definition.element!) === 'string' ? 'string_list' : 'json'
    case 'object':
    case 'record':
    case 'union':
      return 'json'
    default:
      throw new Error(`no column type for the field ${name} (${definition.type})`)
  }
}
