import {
  type ASTVisitor,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql'

/** What one document may ask. Generous for people and dashboards, and an end to documents made to hurt. */
export const limits = { depth: 14, aliases: 60, directives: 30, tokens: 3000 }

/** Refuses documents that nest deeper than `limits.depth`. Introspection has graphql's own rule. */
const depthRule: ValidationRule = (context) => ({
  OperationDefinition(node) {
    const depth = depthOf(node.selectionSet, context, new Set())
    if (depth > limits.depth)
      refuse(context, `The document nests ${depth} levels deep; at most ${limits.depth} are allowed.`)
  },
})

function depthOf(set: SelectionSetNode, context: ValidationContext, open: Set<string>): number {
  let deepest = 0
  for (const selection of set.selections) {
    let depth = 0
    if (selection.kind === Kind.FIELD) {
      if (selection.name.value.startsWith('__')) continue
      depth = 1 + (selection.selectionSet ? depthOf(selection.selectionSet, context, open) : 0)
    } else if (selection.kind === Kind.INLINE_FRAGMENT) depth = depthOf(selection.selectionSet, context, open)
    else {
      const name = selection.name.value
      const fragment = context.getFragment(name)
      if (!fragment || open.has(name)) continue // unknown or circular: other rules say so
      depth = depthOf(fragment.selectionSet, context, new Set(open).add(name))
    }
    deepest = Math.max(deepest, depth)
    if (deepest > limits.depth) break
  }
  return deepest
}

/** Refuses documents with many aliases (the same costly field many times over) or directives. */
const countRule: ValidationRule = (context) => {
  let aliases = 0
  let directives = 0
  const visitor: ASTVisitor = {
    Field(node) {
      if (node.alias && ++aliases === limits.aliases + 1) {
        refuse(context, `The document has more than ${limits.aliases} aliases.`)
      }
    },
    Directive() {
      if (++directives === limits.directives + 1) {
        refuse(context, `The document has more than ${limits.directives} directives.`)
      }
    },
  }
  return visitor
}

function refuse(context: ValidationContext, message: string): void {
  context.reportError(new GraphQLError(message, { extensions: { code: 'TOO_LARGE' } }))
}

export const limitRules: readonly ValidationRule[] = [depthRule, countRule]
