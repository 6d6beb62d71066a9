/**
 * The house's own lint rules, as an oxlint plugin: only what oxlint's rules cannot express. Which folders are exempt is
 * configured in `oxlint.config.ts`; tests/house/lint.test.ts plants a violation of every rule.
 */
import { naming } from './naming.ts'
import type { Rule } from './rule.ts'

type Context = Parameters<Rule['create']>[0]
type Visitor = ReturnType<Rule['create']>
type Callee = Parameters<NonNullable<Visitor['NewExpression']>>[0]['callee']

/** True of `Date`, and of `globalThis.Date`, unless a scope declares that name itself. */
function isGlobalDate(callee: Callee, { sourceCode }: Context): boolean {
  if (callee.type === 'Identifier') return callee.name === 'Date' && sourceCode.isGlobalReference(callee)
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return false
  const { object, property } = callee
  return object.name === 'globalThis' && property.type === 'Identifier' && property.name === 'Date'
}

/** `new Date()` and `Date()` read the clock; `new Date(time_ms)` does not. */
const currentDate: Rule = {
  create: (context) => ({
    NewExpression(node) {
      if (node.arguments.length > 0 || !isGlobalDate(node.callee, context)) return
      context.report({ node, message: 'new Date() reads the system clock. Take the time from a Clock.' })
    },
    CallExpression(node) {
      if (!isGlobalDate(node.callee, context)) return
      context.report({ node, message: 'Date() reads the system clock. Take the time from a Clock.' })
    },
  }),
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

/** `as unknown as T` lets any value pass as any type. Give the value a type, or one cast at the border of a library. */
const doubleCast: Rule = {
  create: (context) => ({
    TSAsExpression(node) {
      if (node.expression.type !== 'TSAsExpression') return
      context.report({ node, message: 'A cast of a cast hides every mistake. Cast once, from a declared unknown.' })
    },
  }),
}

export default {
  meta: { name: 'house' },
  rules: { 'current-date': currentDate, 'double-cast': doubleCast, naming, 'zod-namespace': zodNamespace },
}
