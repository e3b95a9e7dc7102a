/**
 * `npm run pretrain -- [--suite phantom|<suite id>] [--steps n] [--out folder] [--seed 1] [--json]`
 *
 * Makes the base model of a suite: imports the suite's tasks and corpus where they are not there yet, trains a tokenizer
 * and a model of the chosen size on them, and writes the model folder (half precision).
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { BACKENDS } from '@anamnesis/core/backend'
import { findSuite, importSuite } from '@anamnesis/core/benchmarks'
import { AnamnesisError, toAnamnesisError } from '@anamnesis/core/contracts'
import { type PretrainReport, pretrain } from '@anamnesis/core/train'
import { shippedModels } from '../apps/api/src/services/folders.ts'
import { root } from './tools.ts'

const USAGE = `usage: npm run pretrain -- [options]
  --suite <id>          suite whose base model is made (default: phantom, the six phantom tasks)
  --steps <n>           optimiser updates
  --batch <n>           pairs an update
  --part <n>            pairs whose gradients are computed at once, a divisor of the batch: less memory, same update
  --learning-rate <x>   largest learning rate
  --seed <n>            (default 1)
  --size <id>           architecture
  --threads <n>         (default: all processors)
  --eval-limit <n>      most test images a task for the zero-shot figures (default 240)
  --out <folder>        model folder (default: the shipped one for phantom, <home>/models/<model> otherwise)
  --json                one JSON object a line
Where a setting is not given, the suite's own is taken, else 1200 updates of 64 pairs at 0.0005 with architecture tiny.
State is in ANAMNESIS_HOME (default .anamnesis), real packs in ANAMNESIS_TEST_DATA (default ../shared/data).`

const GENERAL = { size: 'tiny', steps: 1200, batchSize: 64, learningRate: 5e-4, augment: true }
/** Updates told as one progress line. */
const LINE_EVERY = 20

function readOptions() {
  const { values } = parseArgs({
    options: {
      suite: { type: 'string', default: 'phantom' },
      steps: { type: 'string' },
      batch: { type: 'string' },
      part: { type: 'string' },
      'learning-rate': { type: 'string' },
      seed: { type: 'string', default: '1' },
      size: { type: 'string' },
      threads: { type: 'string' },
      'eval-limit': { type: 'string', default: '240' },
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    process.exit(0)
  }
  const suite = findSuite(values.suite === 'phantom' ? 'phantom-6' : values.suite)
  if (suite.commands?.model && !values.out) {
    throw new AnamnesisError(
      'BAD_INPUT',
      `The base model of suite "${suite.id}" is not made by pre-training. Run: ${suite.commands.model}, or name a folder of your own with --out.`,
    )
  }
  const own = { ...GENERAL, ...suite.pretraining }
  const home = resolve(root, process.env.ANAMNESIS_HOME || '.anamnesis')
  const shipped = suite.modelId === 'tiny-phantom'
  const backend = BACKENDS.find((id) => id === (process.env.ANAMNESIS_BACKEND || 'onnx'))
  if (!backend) {
    throw new AnamnesisError(
      'BAD_INPUT',
      `ANAMNESIS_BACKEND=${process.env.ANAMNESIS_BACKEND} is none of ${BACKENDS.join(', ')}.`,
    )
  }
  return {
    suite,
    home,
    backend,
    out: values.out ? resolve(values.out) : join(shipped ? shippedModels : join(home, 'models'), suite.modelId),
    size: values.size ?? own.size,
    steps: values.steps === undefined ? own.steps : positive('steps', values.steps),
    batchSize: values.batch === undefined ? own.batchSize : positive('batch', values.batch),
    ...(values.part !== undefined && { partSize: positive('part', values.part) }),
    learningRate:
      values['learning-rate'] === undefined
        ? own.learningRate
        : positive('learning-rate', values['learning-rate'], false),
    augment: own.augment,
    weightDecay: 0.1,
    seed: Number(values.seed),
    threads: values.threads === undefined ? null : positive('threads', values.threads),
    evalLimit: positive('eval-limit', values['eval-limit']),
    json: values.json,
  }
}

function positive(name: string, text: string, whole = true): number {
  const value = Number(text)
  if (value > 0 && Number.isFinite(value) && (!whole || Number.isInteger(value))) return value
  throw new AnamnesisError('BAD_INPUT', `--${name} ${text} is not a positive ${whole ? 'whole ' : ''}number.`)
}

function line(report: PretrainReport): string {
  switch (report.kind) {
    case 'data':
      return `${report.figures} figures (${report.promptFigures} name a class), ${report.labelled} labelled images, ${report.tokens} tokens`
    case 'step':
      return (
        `step ${report.step}/${report.steps}  loss ${report.loss.toFixed(3)}  logit scale ${report.logitScale.toFixed(1)}  ` +
        `${report.imagesPerSecond.toFixed(0)} images/s (${percent(report.waitShare)} waiting for them)  ${duration(report.secondsLeft)} left`
      )
    case 'zero-shot':
      return `zero-shot ${report.when} training  ${report.taskId}: ${percent(report.accuracy)} (chance ${percent(report.chance)}, n ${report.n})`
    case 'saved':
      return `saved ${report.encoderId} in ${report.folder} (${(report.bytes / 2 ** 20).toFixed(1)} MiB) after ${duration(report.seconds)}`
  }
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const duration = (seconds: number) =>
  seconds < 90 ? `${seconds.toFixed(0)} s` : `${Math.floor(seconds / 60)} min ${(seconds % 60).toFixed(0)} s`

async function main(): Promise<void> {
  const { json, ...options } = readOptions()
  const testData = resolve(root, process.env.ANAMNESIS_TEST_DATA || '../shared/data')
  let lastLine = 0
  await importSuite(options.suite.id, {
    home: options.home,
    testData: existsSync(testData) ? testData : null,
    onProgress: ({ what, done, total }) => {
      if (json || Date.now() - lastLine < 2000) return
      lastLine = Date.now()
      console.log(`importing ${what}: ${done}${total === null ? '' : `/${total}`}`)
    },
  })
  await pretrain(options, (report) => {
    if (json) console.log(JSON.stringify(report))
    else if (report.kind !== 'step' || report.step % LINE_EVERY === 0 || report.step === 1) console.log(line(report))
  })
}

try {
  await main()
} catch (error) {
  const { code, message } = toAnamnesisError(error)
  process.stderr.write(`${code}: ${message}\n`)
  process.exit(1)
}
