import ts from 'typescript-5'

/** One way that code can take: a part of the source that runs in it, or the part that is passed over. */
export interface Branch {
  /** From 1. */
  readonly line: number
  /** The condition, shortened, and which way it is. */
  readonly what: string
  /** How often it was taken. @param countAt how often the source at an offset has run */
  taken(countAt: (offset: number) => number): number
}

const TEXT_MAX = 60

/**
 * The branches of a source: both ways of `if`, `?:`, `&&`, `||` and `??`, each case, and defaults of parameters. Stricter than
 * most tools, which do not ask whether a condition without `else` was ever false.
 */
export function branchesOf(source: string, file: string): readonly Branch[] {
  const root = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true)
  const branches: Branch[] = []
  const add = (at: ts.Node, what: string, taken: Branch['taken']): void => {
    const text = at.getText(root).replaceAll(/\s+/g, ' ').slice(0, TEXT_MAX)
    branches.push({
      line: root.getLineAndCharacterOfPosition(at.getStart(root)).line + 1,
      what: `${text} ${what}`,
      taken,
    })
  }
  const inside = (node: ts.Node): Branch['taken'] => {
    const at = node.getStart(root)
    return (countAt) => countAt(at)
  }
  const beside = (whole: ts.Node, part: ts.Node): Branch['taken'] => {
    const [all, some] = [inside(whole), inside(part)]
    return (countAt) => Math.max(0, all(countAt) - some(countAt))
  }
  const visit = (node: ts.Node): void => {
    if (ts.isIfStatement(node)) {
      const { expression, thenStatement, elseStatement } = node
      add(expression, 'holds', inside(thenStatement))
      add(expression, 'fails', elseStatement ? inside(elseStatement) : beside(node, thenStatement))
    } else if (ts.isConditionalExpression(node)) {
      add(node.condition, 'holds', inside(node.whenTrue))
      add(node.condition, 'fails', inside(node.whenFalse))
    } else if (ts.isBinaryExpression(node) && SHORT.has(node.operatorToken.kind)) {
      add(node, 'goes on', inside(node.right))
      add(node, 'stops', beside(node.left, node.right))
    } else if (ts.isCaseOrDefaultClause(node) && node.statements.length > 0) {
      add(node, 'is chosen', inside(node.statements[0]!))
    }
    ts.forEachChild(node, visit)
  }
  visit(root)
  return branches
}

const SHORT = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
])
