import { AnamnesisError } from '../contracts/index.ts'

/** What the onnx engine computes on. */
export const DEVICES = ['cpu', 'cuda'] as const
export type Device = (typeof DEVICES)[number]

/** The device that ANAMNESIS_DEVICE names; `cpu` where it is empty. @throws BAD_INPUT */
export function deviceOf(environment: Readonly<Record<string, string | undefined>>): Device {
  const name = environment.ANAMNESIS_DEVICE || 'cpu'
  const device = DEVICES.find((one) => one === name)
  if (device) return device
  throw new AnamnesisError('BAD_INPUT', `ANAMNESIS_DEVICE=${name} is none of ${DEVICES.join(', ')}.`, {
    field: 'ANAMNESIS_DEVICE',
  })
}
