import { beforeAll, describe, expect, test } from 'vitest'
import { loadBackend, type NamedTensorMap, type Scalar, type Tensor, tf, type Variable } from '../backend/index.ts'
import { Random } from '../contracts/index.ts'
import golden from './golden/golden.json' with { type: 'json' }
import {
  contrastiveKnowledgeTransfer,
  crossEntropy,
  crossModalityConsistency,
  fisherGuard,
  weightDistance,
} from './index.ts'

type Values = number | number[] | number[][]

/** Runs a case and asserts that no tensor is left over. */
function cleanly(run: () => void): void {
  const before = tf.memory().numTensors
  tf.tidy(run)
  expect(tf.memory().numTensors).toBe(before)
}

function expectClose(actual: Tensor, wanted: Values, tolerance = 1e-5): void {
  const flat = [wanted].flat(2) as number[]
  const values = actual.dataSync()
  expect(values.length).toBe(flat.length)
  const size = Math.max(1, ...flat.map(Math.abs))
  flat.forEach((value, i) => {
    expect(Math.abs(values[i]! - value)).toBeLessThanOrEqual(tolerance * size)
  })
}

/** Value and gradient of `loss` for each named input against the golden ones. */
function expectGolden(
  inputs: Record<string, Values>,
  loss: (tensors: Record<string, Tensor>) => Scalar,
  wanted: { value: number; gradients: Record<string, Values> },
): void {
  const names = Object.keys(wanted.gradients)
  const tensors = names.map((name) => tf.tensor(inputs[name]!))
  const result = tf.valueAndGrads((...given: Tensor[]) =>
    loss(Object.fromEntries(names.map((name, i) => [name, given[i]!]))),
  )(tensors)
  expectClose(result.value, wanted.value)
  result.grads.forEach((gradient, i) => {
    expectClose(gradient, wanted.gradients[names[i]!]!)
  })
}

/** Gradient by central differences: slow, independent of any formula. */
function expectCentralDifferences(shape: number[], loss: (x: Tensor) => Scalar, start: Tensor): void {
  const step = 1e-2
  const gradient = tf
    .grad((x) => loss(x))(start)
    .dataSync()
  const values = start.dataSync()
  for (let i = 0; i < values.length; i++) {
    const at = (change: number) => {
      const moved = Float32Array.from(values)
      moved[i] = moved[i]! + change
      return loss(tf.tensor(moved, shape)).dataSync()[0]!
    }
    expect(Math.abs((at(step) - at(-step)) / (2 * step) - gradient[i]!)).toBeLessThan(3e-3)
  }
}

const matrix = (values: Values) => tf.tensor2d(values as number[][])

describe.each(['onnx', 'cpu'] as const)('with the %s backend', (id) => {
  beforeAll(() => loadBackend({ id }))

  describe('cross-entropy', () => {
    test.each(golden.crossEntropy)('is golden with smoothing $smoothing', (example) => {
      cleanly(() =>
        expectGolden(
          { logits: example.logits },
          ({ logits }) => crossEntropy(logits as never, tf.tensor1d(example.labels, 'int32'), example.smoothing),
          example,
        ),
      )
    })
  })

  describe('contrastive knowledge transfer', () => {
    test.each(golden.contrastiveKnowledgeTransfer)('is golden at temperature $temperature', (example) => {
      cleanly(() =>
        expectGolden(
          { studentImages: example.studentImages, studentTexts: example.studentTexts },
          (student) =>
            contrastiveKnowledgeTransfer({
              ...(student as { studentImages: never; studentTexts: never }),
              teacherImages: matrix(example.teacherImages),
              teacherTexts: matrix(example.teacherTexts),
              scale: tf.scalar(example.scale),
              temperature: example.temperature,
            }),
          example,
        ),
      )
    })

    test('is zero, with zero gradient, for a student that equals its teacher', () => {
      cleanly(() => {
        const images = matrix(golden.contrastiveKnowledgeTransfer[0]!.teacherImages)
        const texts = matrix(golden.contrastiveKnowledgeTransfer[0]!.teacherTexts)
        const { value, grad } = tf.valueAndGrad((studentImages: Tensor) =>
          contrastiveKnowledgeTransfer({
            studentImages: studentImages as never,
            studentTexts: texts,
            teacherImages: images,
            teacherTexts: texts,
            scale: tf.scalar(14),
          }),
        )(images)
        expectClose(value, 0)
        expectClose(grad, Array.from<number>({ length: images.size }).fill(0))
      })
    })

    test('has the gradient that central differences give', () => {
      cleanly(() => {
        const random = new Random(3)
        const draw = () =>
          tf.tensor2d(
            Float32Array.from({ length: 12 }, () => random.normal(0, 0.5)),
            [3, 4],
          )
        const [start, texts, teacherImages, teacherTexts] = [draw(), draw(), draw(), draw()]
        expectCentralDifferences(
          [3, 4],
          (x) =>
            contrastiveKnowledgeTransfer({
              studentImages: x as never,
              studentTexts: texts,
              teacherImages,
              teacherTexts,
              scale: tf.scalar(2),
            }),
          start,
        )
      })
    })
  })

  describe('cross-modality consistency', () => {
    test.each(golden.crossModalityConsistency)('is golden for captions $captionGroups', (example) => {
      cleanly(() =>
        expectGolden(
          { images: example.images, texts: example.texts },
          (pair) =>
            crossModalityConsistency({
              ...(pair as { images: never; texts: never }),
              captionGroups: tf.tensor1d(example.captionGroups, 'int32'),
              scale: tf.scalar(example.scale),
              smoothing: example.smoothing,
            }),
          example,
        ),
      )
    })

    test('has the gradient that central differences give', () => {
      cleanly(() => {
        const random = new Random(4)
        const draw = () =>
          tf.tensor2d(
            Float32Array.from({ length: 12 }, () => random.normal(0, 0.5)),
            [3, 4],
          )
        const [start, images] = [draw(), draw()]
        expectCentralDifferences(
          [3, 4],
          (x) =>
            crossModalityConsistency({
              images,
              texts: x as never,
              captionGroups: tf.tensor1d([5, 2, 5], 'int32'),
              scale: tf.scalar(2),
            }),
          start,
        )
      })
    })
  })

  /** Named variables, disposed after `run`. */
  function withVariables(values: Record<string, Values>, run: (variables: Map<string, Variable>) => void): void {
    const variables = new Map(
      Object.entries(values).map(([name, value]) => [name, tf.variable(tf.tensor(value))] as const),
    )
    try {
      run(variables)
    } finally {
      for (const variable of variables.values()) variable.dispose()
    }
  }

  const tensors = (values: Record<string, Values>): NamedTensorMap =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, tf.tensor(value)]))

  describe('weight distance', () => {
    test('is golden', () => {
      const example = golden.weightDistance
      cleanly(() =>
        withVariables(example.variables, (variables) => {
          const { value, grads } = tf.variableGrads(() => weightDistance(variables, tensors(example.anchor)))
          expectClose(value, example.value)
          for (const [name, wanted] of Object.entries(example.gradients)) {
            expectClose(grads[variables.get(name)!.name]!, wanted)
          }
        }),
      )
    })

    test('leaves a variable without an anchor free', () => {
      cleanly(() =>
        withVariables({ a: [1, 2], b: [3] }, (variables) => {
          expectClose(weightDistance(variables, tensors({ b: [1] })), 4)
          expectClose(weightDistance(variables, {}), 0)
        }),
      )
    })
  })

  describe('dynamic Fisher guard', () => {
    test('is golden, also for tensors that the losses did not reach', () => {
      const example = golden.fisherGuard
      cleanly(() =>
        withVariables(example.variables, (variables) => {
          const { penalty, gradients } = fisherGuard(
            variables,
            tensors(example.anchor),
            tensors(example.knowledge),
            example.lambda,
          )
          expectClose(penalty, example.penalty)
          expect(Object.keys(gradients)).toEqual(Object.keys(example.gradients))
          for (const [name, wanted] of Object.entries(example.gradients)) {
            const largest = Math.max(...([wanted].flat(2) as number[]).map(Math.abs))
            expectClose(gradients[name]!, wanted, 1e-5 * Math.min(1, largest))
          }
        }),
      )
    })

    test('does not depend on the size of the gradients', () => {
      cleanly(() =>
        withVariables({ a: [1, 2, 3] }, (variables) => {
          const anchor = tensors({ a: [0, 0, 0] })
          const small = fisherGuard(variables, anchor, tensors({ a: [1e-9, -2e-9, 3e-9] }), 1)
          const large = fisherGuard(variables, anchor, tensors({ a: [1e3, -2e3, 3e3] }), 1)
          expectClose(small.penalty, large.penalty.dataSync()[0]!)
        }),
      )
    })
  })
})
