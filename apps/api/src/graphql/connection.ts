import { AnamnesisError } from '@anamnesis/core/contracts'
import { type ClassType, Field, Int, ObjectType } from 'type-graphql'
import { z } from 'zod'

@ObjectType()
class PageInfo {
  @Field(() => Boolean)
  hasNextPage!: boolean

  @Field(() => Boolean)
  hasPreviousPage!: boolean

  @Field(() => String, { nullable: true })
  startCursor!: string | null

  @Field(() => String, { nullable: true })
  endCursor!: string | null
}

export interface EdgeOf<T> {
  cursor: string
  node: T
}
export interface ConnectionOf<T> {
  edges: EdgeOf<T>[]
  pageInfo: PageInfo
  totalCount: number
}

/** The connection type `<name>Connection` with its edge type, for a node type. */
export function connectionType<T extends object>(name: string, Node: ClassType<T>): ClassType<ConnectionOf<T>> {
  @ObjectType(`${name}Edge`)
  class Edge implements EdgeOf<T> {
    @Field(() => String)
    cursor!: string

    @Field(() => Node)
    node!: T
  }

  @ObjectType(`${name}Connection`)
  class Connection implements ConnectionOf<T> {
    @Field(() => [Edge])
    edges!: Edge[]

    @Field(() => PageInfo)
    pageInfo!: PageInfo

    @Field(() => Int)
    totalCount!: number
  }
  return Connection
}

const MAX_PAGE = 100

/** @throws BAD_INPUT unless 1 <= first <= 100 */
export function checkFirst(first: number): number {
  if (Number.isInteger(first) && first >= 1 && first <= MAX_PAGE) return first
  throw new AnamnesisError('BAD_INPUT', `"first" must be between 1 and ${MAX_PAGE}; take the next page with "after".`, {
    field: 'first',
  })
}

/** An opaque cursor that holds a value. */
export function toCursor(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** @throws BAD_INPUT when the text is no cursor of this list */
export function fromCursor<T>(cursor: string, shape: z.ZodType<T>): T {
  try {
    return shape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch (cause) {
    throw new AnamnesisError('BAD_INPUT', '"after" is no cursor of this list. Take it from pageInfo.endCursor.', {
      field: 'after',
      cause,
    })
  }
}

/** A page of rows that were read one beyond `first`. */
export function pageOf<R, T>(
  rows: readonly R[],
  first: number,
  totalCount: number,
  after: string | null,
  toEdge: (row: R) => EdgeOf<T>,
): ConnectionOf<T> {
  const edges = rows.slice(0, first).map(toEdge)
  return {
    edges,
    totalCount,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

/** A page of a list that is in memory as a whole, ordered by its key. */
export function pageOfList<R, T>(
  list: readonly R[],
  keyOf: (item: R) => string,
  page: { first: number; after?: string | null },
  toNode: (item: R) => T,
): ConnectionOf<T> {
  const first = checkFirst(page.first)
  const after = page.after ?? null
  const start = after === null ? 0 : list.findIndex((item) => keyOf(item) === fromCursor(after, z.string())) + 1
  const rows = list.slice(start, start + first + 1)
  return pageOf(rows, first, list.length, after, (row) => ({ cursor: toCursor(keyOf(row)), node: toNode(row) }))
}
