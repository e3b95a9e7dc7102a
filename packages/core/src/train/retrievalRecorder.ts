import type { Encoder } from '../embed/encoder.ts'
import type { CorpusInfo } from '../importers/index.ts'
import type { ReferenceOptions, ReferencePolicy } from '../methods/index.ts'
import { GUIDING_LICENCES, RecordingEncoder, type ReferenceSet, saveRetrieval } from '../reference/index.ts'

/** Keeps what each task asked of the literature, with its query vectors, so that it can be asked again otherwise. */
export class RetrievalRecorder {
  /** To be asked in place of the encoder itself. */
  readonly encoder: Encoder
  private readonly recording: RecordingEncoder | null

  /** @param folder null keeps nothing */
  constructor(
    encoder: Encoder,
    private readonly folder: string | null,
    private readonly about: { corpus: Pick<CorpusInfo, 'id' | 'digest'>; store: string },
  ) {
    this.recording = folder === null ? null : new RecordingEncoder(encoder)
    this.encoder = this.recording ?? encoder
  }

  /** @param task position in the run, from 1 @param set as it was retrieved, before any add-on chose from it */
  async save(
    task: number,
    policy: Exclude<ReferencePolicy, 'none'>,
    options: ReferenceOptions & { trustFloor: number | null },
    set: ReferenceSet,
  ): Promise<void> {
    if (this.recording === null || this.folder === null) return
    const { size, k, perCaption, mode, ratio, split, trustFloor } = options
    const { id, digest } = this.about.corpus
    const settings = { size, k, perCaption, mode, ratio, split, trustFloor, licenceGroups: [...GUIDING_LICENCES] }
    const vectors = await this.recording.vectorsOf(set.questions.map(({ text }) => text))
    const { questions, budgets, pairs, indexVersion, encoderId, milliseconds } = set
    const dim = this.recording.dim
    await saveRetrieval(
      this.folder,
      {
        format: 'anamnesis-retrieval-1',
        ...{ task, policy, corpus: { id, digest }, store: this.about.store, encoderId, dim, indexVersion, settings },
        ...{ questions, budgets, pairs, milliseconds },
      },
      vectors,
    )
  }
}
