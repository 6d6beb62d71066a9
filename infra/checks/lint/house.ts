/**
 * The house's own lint rules, as an oxlint plugin. Above all: time and chance come in through `Clock` and `Random`
 * (shared/base), so that the simulation can run the real code on virtual time and replay a seed.
 *
 * Which folders are exempt stands in `.oxlintrc.json`; that the rules bite stands in tests/house/lint.test.ts.
 */
import type { RuleTester } from 'oxlint/plugins-dev'

type Rule = Extract<Parameters<RuleTester['run']>[1], { create: unknown; createOnce?: never }>
type Context = Parameters<Rule['create']>[0]
type Visitor = ReturnType<Rule['create']>
type Node = Parameters<NonNullable<Visitor['Identifier']>>[0] | Parameters<NonNullable<Visitor['MemberExpression']>>[0]

/** What a rule keeps out of the code, by how it is reached. */
interface Banned {
  /** Globals that may not be mentioned at all. */
  globals: ReadonlySet<string>
  /** Members of globals: `performance` → `now`. */
  members: Readonly<Record<string, ReadonlySet<string>>>
  /** Names imported from a Node module; `*` bans the whole module. The `node:` prefix is taken off first. */
  imports: Readonly<Record<string, ReadonlySet<string>>>
}

const TIME: Banned = {
  globals: new Set(['setTimeout', 'setInterval', 'setImmediate']),
  members: {
    Date: new Set(['now']),
    performance: new Set(['now', 'timeOrigin']),
    process: new Set(['hrtime']),
  },
  imports: { timers: new Set(['*']), 'timers/promises': new Set(['*']), perf_hooks: new Set(['performance']) },
}

const CHANCE: Banned = {
  globals: new Set(),
  members: { Math: new Set(['random']) },
  imports: {},
}

const RANDOM_BYTES = new Set([
  'getRandomValues',
  'randomBytes',
  'randomFill',
  'randomFillSync',
  'randomInt',
  'randomUUID',
])

const CRYPTOGRAPHIC_CHANCE: Banned = {
  globals: new Set(),
  members: { crypto: RANDOM_BYTES },
  imports: { crypto: RANDOM_BYTES },
}

/** `Date` for `Date`, `globalThis.Date`, `globalThis['Date']`; undefined for what a scope declares itself. */
function globalName(node: Node, context: Context): string | undefined {
  if (node.type === 'Identifier') return context.sourceCode.isGlobalReference(node) ? node.name : undefined
  if (node.type !== 'MemberExpression') return undefined
  const owner = node.object
  if (owner.type !== 'Identifier' || !/^(globalThis|window|self|global)$/.test(owner.name)) return undefined
  return context.sourceCode.isGlobalReference(owner) ? memberName(node) : undefined
}

function memberName(node: Extract<Node, { type: 'MemberExpression' }>): string | undefined {
  if (!node.computed) return node.property.type === 'Identifier' ? node.property.name : undefined
  return node.property.type === 'Literal' && typeof node.property.value === 'string' ? node.property.value : undefined
}

/** Reports every way to reach what is banned: the global, its member, a destructured member, an import. */
function ban(banned: Banned, use: string, context: Context): Visitor {
  const report = (node: Node | { range: [number, number] }, what: string) =>
    context.report({ node, message: `${what} is ambient: take it from ${use}.` })

  const checkMention = (node: Node) => {
    const name = globalName(node, context)
    if (name === undefined || node.parent.type === 'TSTypeQuery') return
    if (banned.globals.has(name)) return report(node, name)
    const members = banned.members[name]
    if (members === undefined) return
    const { parent } = node
    if (parent.type === 'MemberExpression' && parent.object === node) {
      const member = memberName(parent)
      if (member !== undefined && members.has(member)) report(parent, `${name}.${member}`)
    }
    if (parent.type === 'VariableDeclarator' && parent.init === node && parent.id.type === 'ObjectPattern') {
      for (const property of parent.id.properties) {
        if (property.type === 'Property' && property.key.type === 'Identifier' && members.has(property.key.name)) {
          report(property, `${name}.${property.key.name}`)
        }
      }
    }
  }

  return {
    Identifier: checkMention,
    MemberExpression: checkMention,
    ImportDeclaration(node) {
      const from = node.source.value.replace(/^node:/, '')
      const names = Object.hasOwn(banned.imports, from) ? banned.imports[from] : undefined
      if (names === undefined || node.importKind === 'type') return
      if (names.has('*')) return report(node, `'${from}'`)
      for (const specifier of node.specifiers) {
        if (specifier.type !== 'ImportSpecifier') return report(specifier, `'${from}' as a whole`)
        const imported = specifier.imported.type === 'Identifier' ? specifier.imported.name : specifier.imported.value
        if (names.has(imported)) report(specifier, `${imported} of '${from}'`)
      }
    },
  }
}

/** `new Date()` and `Date()` read the clock; `new Date(time_ms)` does not. */
function banDateOfNow(context: Context): Visitor {
  const isDate = (callee: { type: string }) =>
    (callee.type === 'Identifier' || callee.type === 'MemberExpression') &&
    globalName(callee as Node, context) === 'Date'
  return {
    NewExpression(node) {
      if (node.arguments.length === 0 && isDate(node.callee)) {
        context.report({ node, message: 'new Date() is ambient: take it from a Clock.' })
      }
    },
    CallExpression(node) {
      if (isDate(node.callee)) context.report({ node, message: 'Date() is ambient: take it from a Clock.' })
    },
  }
}

const injectedTime: Rule = {
  create: (context) => ({ ...ban(TIME, 'a Clock', context), ...banDateOfNow(context) }),
}

const injectedChance: Rule = {
  create: (context) => ban(CHANCE, 'a Random', context),
}

const injectedRandomBytes: Rule = {
  create: (context) => ban(CRYPTOGRAPHIC_CHANCE, 'a Random', context),
}

const ZOD = new Set(['zod', 'zod/mini'])

/** Only `import * as z` lets the bundler drop the parts of zod that a function does not use (454 kB otherwise). */
const zodNamespace: Rule = {
  create: (context) => ({
    ImportDeclaration(node) {
      const from = node.source.value
      if (!ZOD.has(from) || node.importKind === 'type') return
      for (const specifier of node.specifiers) {
        if (specifier.type === 'ImportNamespaceSpecifier') continue
        context.report({
          node: specifier,
          message: `Write \`import * as z from '${from}'\`: only that is tree-shaken.`,
        })
      }
    },
  }),
}

export default {
  meta: { name: 'house' },
  rules: {
    'injected-time': injectedTime,
    'injected-chance': injectedChance,
    'injected-random-bytes': injectedRandomBytes,
    'zod-namespace': zodNamespace,
  },
}
