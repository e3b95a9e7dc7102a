import { AnamnesisError, type Bag, type Random, type ReferencePair } from '../contracts/index.ts'
import { type Corpus, openCorpus } from '../importers/index.ts'
import type { ReferenceOptions, ReferencePolicy } from '../methods/index.ts'
import type { TrainingRequest } from './request.ts'
import type { TaskData } from './taskData.ts'

export interface BuiltReference {
  pairs: readonly ReferencePair[]
  bags: Record<Bag, number>
  questions: number
  indexVersion: string
}

export class ReferenceBuilder implements AsyncDisposable {
  private constructor(
    readonly corpus: Corpus,
    readonly policy: ReferencePolicy,
  ) {}

  static async open(request: TrainingRequest, policy: ReferencePolicy): Promise<ReferenceBuilder> {
    if (request.corpusFolder === null || request.indexFolder === null) {
      throw new AnamnesisError(
        'UNKNOWN_CORPUS',
        'This method retrieves from the literature, but the run names no corpus.',
      )
    }
    return new ReferenceBuilder(await openCorpus(request.corpusFolder), policy)
  }

  async build(
    _tasks: TaskData[],
    _position: number,
    _options: ReferenceOptions,
    _random: Random,
  ): Promise<BuiltReference> {
    throw new AnamnesisError('INTERNAL', 'not yet')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.corpus[Symbol.asyncDispose]()
  }
}
