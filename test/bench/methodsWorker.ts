// One job of the methods bench in a process of its own: reads it from stdin, answers with one JSON line.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { runTraining, type TrainingRequest } from '@anamnesis/core/train'
import type { MethodsJob, RunAnswer } from './methodsJobs.ts'
import { prepare } from './methodsPrepare.ts'
import { domainErrors } from './methodsRetrieval.ts'
import { prepareSteps } from './methodsSteps.ts'

const job = JSON.parse(await text(process.stdin)) as MethodsJob
process.stdout.write(`${JSON.stringify(await answer())}\n`)

function answer(): Promise<object> {
  switch (job.kind) {
    case 'prepare':
      return prepare(job.place, job.threads)
    case 'run':
      return run(job.request)
    case 'retrieval':
      return domainErrors(job.place)
    case 'steps':
      return prepareSteps(job.home)
  }
}

async function run(request: Omit<TrainingRequest, 'checkpointFolder' | 'resumeFrom'>): Promise<RunAnswer> {
  const checkpointFolder = await mkdtemp(join(tmpdir(), 'anamnesis-methods-'))
  const result: RunAnswer = { cells: [], steps: [], references: [], checkpointBytes: 0, peakBytes: 0, seconds: 0 }
  const started = performance.now()
  try {
    await runTraining(
      { ...request, checkpointFolder, resumeFrom: null },
      {
        emit: ({ type, payload }) => {
          if (type === 'eval.cell') result.cells.push(payload)
          if (type === 'step') {
            const speed = payload.values.imagesPerSecond ?? 0
            if (speed > 0) result.steps.push({ task: payload.task, ms: (1000 * request.config.batchSize) / speed })
          }
          if (type === 'reference.built') result.references.push({ ...payload.bags, task: payload.task })
          if (type === 'checkpoint.saved') result.checkpointBytes = payload.bytes
        },
        stopRequested: () => false,
      },
    )
  } finally {
    await rm(checkpointFolder, { recursive: true, force: true })
  }
  result.peakBytes = process.resourceUsage().maxRSS * 1024
  result.seconds = (performance.now() - started) / 1000
  return result
}
