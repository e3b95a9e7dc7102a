import { describeMethods } from '@anamnesis/core/methods'
import { runConfigJsonSchema } from '@anamnesis/core/train'
import { Query, Resolver } from 'type-graphql'
import { JSONScalar } from '../scalars.ts'
import { Method, toMethod, unknownMethod } from './type.ts'

@Resolver(() => Method)
export class MethodResolver {
  @Query(() => [Method])
  methods(): Method[] {
    return describeMethods().map(toMethod)
  }

  @Query(() => JSONScalar, { description: 'JSON Schema of the general run settings (seed, stepsPerTask ...).' })
  runSettings(): Record<string, unknown> {
    return runConfigJsonSchema()
  }
}

export function methodOf(key: string): Method {
  const found = describeMethods().find((method) => method.id === key)
  return found ? toMethod(found) : unknownMethod(key)
}
