import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { loadBackend } from '@anamnesis/core/backend'
import { openCorpus, openDataset } from '@anamnesis/core/importers'
import { methodById } from '@anamnesis/core/methods'
import { readModelInfo } from '@anamnesis/core/model'
import { openIndex } from '@anamnesis/core/retrieve'
import type { TrainingRequest } from '@anamnesis/core/train'
import { projectRoot } from '../env.ts'

/** What a run was made from and with, besides its config: enough to tell whether two runs are comparable. */
export async function provenanceOf(request: TrainingRequest): Promise<Record<string, unknown>> {
  const backend = await loadBackend({ id: request.backend, threads: request.threads ?? undefined })
  const model = await readModelInfo(request.modelFolder)
  const data: Record<string, string> = {}
  for (const folder of request.taskFolders) {
    await using dataset = await openDataset(folder, {})
    data[basename(folder)] = dataset.info.digest
  }
  return {
    backend: { id: backend.id, version: backend.version },
    model: { id: model.config.id, digest: model.digest },
    encoderId: model.encoderId,
    method: { id: request.config.method, version: methodById(request.config.method).version },
    data,
    corpus: await corpusOf(request, { id: model.encoderId, dim: model.config.embedding }),
    commit: await commit(),
    lockDigest: createHash('sha256')
      .update(await readFile(join(projectRoot, 'package-lock.json')))
      .digest('hex'),
    node: process.version,
    machine: {
      platform: `${process.platform}-${process.arch}`,
      processors: cpus().length,
      processor: cpus()[0]?.model ?? '',
      memoryGb: Math.round(totalmem() / 2 ** 30),
    },
  }
}

async function corpusOf(request: TrainingRequest, encoder: { id: string; dim: number }) {
  if (request.corpusFolder === null || request.indexFolder === null) return null
  await using corpus = await openCorpus(request.corpusFolder)
  await using index = await openIndex({ root: request.indexFolder, corpus: corpus.info, encoder, store: request.store })
  return { id: corpus.info.id, digest: corpus.digest, store: index.kind, indexVersion: await index.version() }
}

/** The commit of the source, "unknown" outside a checkout; "+" marks changes that are not committed. */
async function commit(): Promise<string> {
  const git = (...args: string[]) => promisify(execFile)('git', args, { cwd: projectRoot, timeout: 5000 })
  try {
    const head = (await git('rev-parse', 'HEAD')).stdout.trim()
    const changed = (await git('status', '--porcelain', '--untracked-files=no')).stdout.trim() !== ''
    return changed ? `${head}+` : head
  } catch {
    return 'unknown'
  }
}
