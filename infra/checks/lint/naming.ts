import type { Rule } from './rule.ts'

type Visitor = ReturnType<Rule['create']>
type NodeOf<K extends keyof Visitor> = Parameters<NonNullable<Visitor[K]>>[0]
type Parameter = NodeOf<'FunctionDeclaration'>['params'][number]
type Name = NodeOf<'Identifier'>
type Expression = NodeOf<'VariableDeclarator'>['init']

const FUNCTION = { pattern: /^[a-z][A-Za-z0-9]*$/, message: 'The name of a function is camelCase.' }
/** A component of the app: JSX takes a name that begins with a small letter for an element of HTML. */
const FUNCTION_OR_COMPONENT = { pattern: /^[A-Za-z][A-Za-z0-9]*$/, message: FUNCTION.message }
const TYPE = { pattern: /^[A-Z][A-Za-z0-9]*$/, message: 'The name of a type is PascalCase.' }
const VALUE = {
  pattern: /^(_|_?[a-z0-9]+(_[a-z0-9]+)*|[A-Z][A-Z0-9]*(_[A-Z0-9]+)*)$/,
  message: 'The name of a value is snake_case with its unit last, or UPPER_CASE for a constant.',
}

/** Types that certainly are no function's. */
const VALUE_TYPES = new Set([
  'TSStringKeyword',
  'TSNumberKeyword',
  'TSBooleanKeyword',
  'TSBigIntKeyword',
  'TSArrayType',
])
/** Expressions that certainly are no function, nor an object that acts as an adapter (`systemClock`). */
const VALUE_EXPRESSIONS = new Set([
  'ArrayExpression',
  'BinaryExpression',
  'Literal',
  'TemplateLiteral',
  'UnaryExpression',
  'UpdateExpression',
])

/**
 * Functions are camelCase, types PascalCase, values snake_case; `id-match` refuses the forms that mix two of them. The
 * rule judges only what the syntax decides, and no keys of object literals: those are often somebody else's names.
 */
export const naming: Rule = {
  create: (context) => {
    const declared_function = context.filename.endsWith('.tsx') ? FUNCTION_OR_COMPONENT : FUNCTION
    const check = (name: Name, { pattern, message }: typeof VALUE) => {
      if (!pattern.test(name.name)) context.report({ node: name, message })
    }

    const checkParameters = ({ params }: { params: readonly Parameter[] }) => {
      for (const parameter of params) {
        const name = parameter.type === 'AssignmentPattern' ? parameter.left : parameter
        if (name.type !== 'Identifier') continue
        const type = name.typeAnnotation?.typeAnnotation.type
        if (type === 'TSFunctionType') check(name, FUNCTION)
        else if (type !== undefined && VALUE_TYPES.has(type)) check(name, VALUE)
      }
    }

    const checkMember = (key: { type: string }, is_function: boolean) => {
      if (is_function && key.type === 'Identifier') check(key as Name, FUNCTION)
    }

    return {
      FunctionDeclaration(node) {
        if (node.id) check(node.id, declared_function)
        checkParameters(node)
      },
      FunctionExpression(node) {
        checkParameters(node)
      },
      ArrowFunctionExpression(node) {
        checkParameters(node)
      },
      VariableDeclarator({ id, init }) {
        if (id.type !== 'Identifier') return
        const type = id.typeAnnotation?.typeAnnotation.type
        const expression = withoutAssertion(init)
        if (isFunction(expression)) check(id, FUNCTION)
        else if (VALUE_EXPRESSIONS.has(expression?.type ?? '') || VALUE_TYPES.has(type ?? '')) check(id, VALUE)
      },
      MethodDefinition({ key, kind, computed }) {
        checkMember(key, kind === 'method' && !computed)
      },
      TSMethodSignature({ key, kind, computed }) {
        checkMember(key, kind === 'method' && !computed)
      },
      TSPropertySignature({ key, typeAnnotation, computed }) {
        checkMember(key, typeAnnotation?.typeAnnotation.type === 'TSFunctionType' && !computed)
      },
      PropertyDefinition({ key, typeAnnotation, value, computed }) {
        const is_typed = typeAnnotation?.typeAnnotation.type === 'TSFunctionType'
        checkMember(key, (is_typed || isFunction(value)) && !computed)
      },
      ClassDeclaration(node) {
        if (node.id) check(node.id, TYPE)
      },
      TSInterfaceDeclaration(node) {
        check(node.id, TYPE)
      },
      TSTypeAliasDeclaration(node) {
        check(node.id, TYPE)
      },
    }
  },
}

function isFunction(expression: Expression): boolean {
  return expression?.type === 'ArrowFunctionExpression' || expression?.type === 'FunctionExpression'
}

/** `{…}` for `{…} as const` and `{…} satisfies Names`. */
function withoutAssertion(expression: Expression): Expression {
  return expression?.type === 'TSAsExpression' || expression?.type === 'TSSatisfiesExpression'
    ? withoutAssertion(expression.expression)
    : expression
}
