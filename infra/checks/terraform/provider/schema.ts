/**
 * The schema of a Terraform provider, read from the classes that CDK for Terraform generated of it.
 *
 * Each class names its attributes and blocks with their types in `…ToHclTerraform`, tells what is computed in comments,
 * and has a `reset…` method for whatever may be left out. The result has the layout of `terraform providers schema -json`:
 * https://developer.hashicorp.com/terraform/cli/commands/providers/schema
 */
export interface BlockSchema {
  readonly attributes: Readonly<Record<string, AttributeSchema>>
  readonly block_types: Readonly<Record<string, NestedBlockSchema>>
}

/** A type as Terraform writes it in JSON: `"string"`, `["list", "string"]`, `["object", {…}]`. */
export type TerraformType = string | readonly [string, TerraformType | Readonly<Record<string, TerraformType>>]

export interface AttributeSchema {
  readonly type: TerraformType
  readonly required?: true
  readonly optional?: true
  readonly computed?: true
  readonly write_only?: true
}

export interface NestedBlockSchema {
  readonly nesting_mode: 'single' | 'list' | 'set'
  readonly block: BlockSchema
  readonly min_items?: number
  readonly max_items?: number
}

/** What a class says of one member, as far as it says it. */
interface Member {
  /** Computed only: never set. */
  computed: boolean
  optional: boolean
  type?: TerraformType
  /** Of a member with members of its own. */
  class_name?: string
  many?: 'list' | 'set'
}

type Members = Map<string, Member>

interface Source {
  /** Source text of each class. */
  readonly classes: ReadonlyMap<string, string>
  /** Members that can be set, of each class that stands for a block; the value tells blocks from attributes. */
  readonly settable: ReadonlyMap<string, ReadonlyMap<string, Settable>>
}

interface Settable {
  readonly is_block: boolean
  readonly type: TerraformType | undefined
}

const SIMPLE_TYPES: Readonly<Record<string, TerraformType>> = {
  string: 'string',
  number: 'number',
  boolean: 'bool',
  any: 'dynamic',
  stringList: ['list', 'string'],
  numberList: ['list', 'number'],
  stringMap: ['map', 'string'],
  anyMap: ['map', 'string'],
}

const READER_TYPES: Readonly<Record<string, TerraformType>> = {
  getStringAttribute: 'string',
  getNumberAttribute: 'number',
  getBooleanAttribute: 'bool',
  getListAttribute: ['list', 'string'],
  getNumberListAttribute: ['list', 'number'],
  getStringMapAttribute: ['map', 'string'],
  getAnyMapAttribute: ['map', 'string'],
}

/**
 * The schema of one resource, data source or the provider itself.
 * @param text of its `index.js`
 * @throws Error when the text is not what CDK for Terraform generates
 */
export function schemaOfClass(text: string): BlockSchema {
  const source = parse(text)
  const main = [...source.classes.keys()].find((name) =>
    source.classes.get(name)!.includes('synthesizeHclAttributes()'),
  )
  if (main === undefined) throw new Error('the file has no class of a resource, data source or provider')
  return blockSchema(source, main)
}

function parse(text: string): Source {
  const classes = new Map<string, string>()
  for (const [, name, body] of text.matchAll(/^class (\w+) extends cdktf\.\w+ \{\n([^]*?)\n\}$/gm)) {
    classes.set(name!, body!)
  }
  const settable = new Map<string, ReadonlyMap<string, Settable>>()
  for (const [, name, body] of text.matchAll(/^function (\w+)ToHclTerraform\(struct\) \{\n([^]*?)\n\}$/gm)) {
    settable.set(`${name!.charAt(0).toUpperCase()}${name!.slice(1)}`, settableMembers(body!))
  }
  for (const [name, body] of classes) {
    const own = /synthesizeHclAttributes\(\) \{\n([^]*?)\n {4}\}$/m.exec(body)?.[1]
    if (own !== undefined) settable.set(name, settableMembers(own))
  }
  return { classes, settable }
}

function settableMembers(text: string): ReadonlyMap<string, Settable> {
  const member =
    /^ {8,12}(\w+): \{\n +value: .*\n +isBlock: (true|false),\n +type: "(\w+)",\n +storageClassType: "(\w+)"/gm
  return new Map(
    [...text.matchAll(member)].map(([, name, is_block, shape, storage]) => {
      const type = SIMPLE_TYPES[storage!]
      const as_set =
        shape === 'set' && Array.isArray(type) ? (['set', (type as readonly [string, string])[1]] as const) : type
      return [name!, { is_block: is_block === 'true', type: as_set }]
    }),
  )
}

function blockSchema(source: Source, class_name: string): BlockSchema {
  const settable = source.settable.get(class_name.replace(/OutputReference$/, ''))
  const attributes: Record<string, AttributeSchema> = {}
  const block_types: Record<string, NestedBlockSchema> = {}
  for (const [name, member] of membersOf(source, class_name)) {
    const set_as = settable?.get(name)
    if (member.class_name !== undefined && set_as?.is_block === true) {
      block_types[name] = nestedBlock(source, name, member)
    } else {
      const type = set_as?.type ?? member.type ?? objectType(source, member)
      attributes[name] = { type, ...presence(name, member, set_as !== undefined), ...writeOnly(name) }
    }
  }
  // What can be set and is read by no getter: secrets, and everything of the provider itself.
  for (const [name, { type }] of settable ?? []) {
    if (attributes[name] === undefined && block_types[name] === undefined) {
      attributes[name] = { type: type ?? 'dynamic', optional: true, ...writeOnly(name) }
    }
  }
  return { attributes, block_types }
}

function presence(name: string, member: Member, can_be_set: boolean): Omit<AttributeSchema, 'type'> {
  if (name === 'id') return { optional: true, computed: true }
  if (!can_be_set || member.computed) return { computed: true }
  return member.optional ? { optional: true } : { required: true }
}

/** The generated classes do not tell, the provider's naming does. */
function writeOnly(name: string): { write_only?: true } {
  return name.endsWith('_wo') ? { write_only: true } : {}
}

function nestedBlock(source: Source, name: string, { class_name, many, optional }: Member): NestedBlockSchema {
  const block = blockSchema(source, class_name!)
  if (name === 'timeouts') return { nesting_mode: 'single', block }
  const min_items = optional ? {} : { min_items: 1 }
  return many
    ? { nesting_mode: many, block, ...min_items }
    : { nesting_mode: 'list', max_items: 1, block, ...min_items }
}

function objectType(source: Source, { class_name, many }: Member): TerraformType {
  if (class_name === undefined) return 'dynamic'
  const { attributes, block_types } = blockSchema(source, class_name)
  const members: Record<string, TerraformType> = {}
  for (const [name, { type }] of Object.entries(attributes)) members[name] = type
  for (const name of Object.keys(block_types)) throw new Error(`${class_name} is computed and has the block ${name}`)
  return [many ?? 'list', ['object', members]]
}

/** Every member of a class, by the name Terraform knows it by. */
function membersOf({ classes }: Source, class_name: string): Members {
  const body = classes.get(class_name)
  if (body === undefined) throw new Error(`there is no class ${class_name}`)
  const members: Members = new Map()
  const computed = computedOnly(body)

  const nested = /this\._(\w+) = new (?:cdktf\.)?(\w+)\(this, "(\w+)"(?:, (true|false))?\)/g
  for (const [, , nested_class, name, wraps_set] of body.matchAll(nested)) {
    const list_of = /new (\w+)\(this\.terraformResource, this\.terraformAttribute, index/.exec(
      classes.get(nested_class!) ?? '',
    )?.[1]
    const many = wraps_set === undefined ? undefined : wraps_set === 'true' ? 'set' : 'list'
    const is_class = classes.has(nested_class!)
    members.set(name!, {
      computed: computed.has(name!),
      optional: new RegExp(`// ${name} - computed: \\w+, optional: true`).test(body),
      ...(is_class ? { class_name: list_of ?? nested_class! } : { type: ['map', 'string'] as const }),
      ...(many && { many }),
    })
  }

  const simple = /^ {4}get (\w+)\(\) \{\n +return (cdktf\.Fn\.tolist\()?this\.(get\w+Attribute)\('(\w+)'\)/gm
  for (const [, property, is_set, reader, name] of body.matchAll(simple)) {
    const type = READER_TYPES[reader!]
    if (type === undefined) throw new Error(`${class_name}.${property} is read by the unknown ${reader}`)
    members.set(name!, {
      computed: computed.has(name!),
      optional: new RegExp(`^ {4}reset${property!.charAt(0).toUpperCase()}${property!.slice(1)}\\(\\)`, 'm').test(body),
      type: is_set && Array.isArray(type) ? ['set', (type as readonly [string, TerraformType])[1]] : type,
    })
  }
  return members
}

function computedOnly(body: string): ReadonlySet<string> {
  const comment = /\/\/ (\w+) - computed: true, optional: false, required: false/g
  return new Set([...body.matchAll(comment)].map(([, name]) => name!))
}
