/** Training images of a task among which exemplars are chosen. */
export interface ExemplarCandidates {
  /** [images * dim], unit rows. */
  images: Float32Array
  /** [classes * dim], unit rows: embeddings of the class prompts. */
  texts: Float32Array
  /** Class of each image. */
  labels: Int32Array
  classes: number
  dim: number
  /** Images to choose; fewer are chosen only when there are fewer. */
  count: number
}
