import { AnamnesisError } from '@anamnesis/core/contracts'
import { Arg, Ctx, Query, Resolver } from 'type-graphql'
import { whatIf } from '../../services/whatIf.ts'
import type { Context } from '../context.ts'
import { runIdOf } from '../globalId.ts'
import { toWhatIf, WhatIf, WhatIfInput } from './type.ts'

@Resolver(() => WhatIf)
export class WhatIfResolver {
  @Query(() => WhatIf, {
    description: "Asks a past run's questions of one task again with other settings, from the stored query vectors.",
  })
  async whatIf(@Arg('input', () => WhatIfInput) input: WhatIfInput, @Ctx() context: Context): Promise<WhatIf> {
    const run = await context.loaders.run.load(runIdOf(input.runId))
    if (!run) throw new AnamnesisError('NOT_FOUND', 'There is no such run.', { field: 'runId' })
    const { corpus, result } = await whatIf(run, input, context)
    return toWhatIf(result, corpus)
  }
}
