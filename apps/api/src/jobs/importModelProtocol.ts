import type { Progress } from '@anamnesis/core/contracts'

/** What the import process is told through its argument. */
export interface ModelImportRequest {
  /** Checked file or folder, and how the user named it. */
  path: string
  source: string
  id: string
  activation: 'gelu' | 'quickGelu' | null
  /** Checked file; null takes what lies beside the weights. */
  tokenizer: string | null
  /** Folder of all base models. */
  targetRoot: string
}

/** What the import process tells. */
export type FromModelImport =
  | { type: 'progress'; progress: Progress }
  | { type: 'done'; encoderId: string }
  | { type: 'failed'; code: string; message: string }
