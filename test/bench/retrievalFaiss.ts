import { spawn } from 'node:child_process'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

interface Side {
  /** Milliseconds of each question. */
  times: number[]
  recalls: number[]
  /** To build the index. */
  seconds: number
}

export type FaissAnswer = { missing: string } | { missing?: undefined; flat: Side; hnsw: Side }

/** FAISS flat and HNSW over the vectors of a file, one question at a time. @param worst k-th exact score per question */
export async function faiss(
  file: string,
  questions: readonly Float32Array[],
  worst: readonly number[],
  k: number,
): Promise<FaissAnswer> {
  const script = fileURLToPath(new URL('./retrieval.py', import.meta.url))
  const python = process.env.ANAMNESIS_PYTHON ?? 'python3'
  const child = spawn(python, [script, file, String(k)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const missing = new Promise<FaissAnswer>((resolve) => {
    child.once('error', () => resolve({ missing: 'no Python (ANAMNESIS_PYTHON names the interpreter)' }))
  })
  child.stdin.on('error', () => {}) // a Python without FAISS ends before it reads
  child.stdin.end(
    JSON.stringify({ questions: questions.map((question) => [...question]), worst: worst.slice(0, questions.length) }),
  )
  return Promise.race([missing, json(child.stdout) as Promise<FaissAnswer>])
}
