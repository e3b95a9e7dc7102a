import type { Wheel } from './wheel.ts'

/** The wheel with a TensorFlow library, and the names of the two libraries inside and those that the addon looks for. */
export interface TensorflowWheel extends Wheel {
  libraries: Record<string, string>
}

const TENSORFLOW = '2.21.0'
const LINUX = {
  'libtensorflow_cc.so.2': 'libtensorflow.so',
  'libtensorflow_framework.so.2': 'libtensorflow_framework.so',
}
const MAC = {
  'libtensorflow_cc.2.dylib': 'libtensorflow.2.dylib',
  'libtensorflow_framework.2.dylib': 'libtensorflow_framework.2.dylib',
}

/** By `platform-architecture` of Node. */
export const TENSORFLOW_WHEELS: Record<string, TensorflowWheel> = {
  'linux-x64': {
    project: 'tensorflow-cpu',
    version: TENSORFLOW,
    python: 'cp311',
    platform: 'manylinux_2_27_x86_64',
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    megabytes: 250,
    libraries: LINUX,
  },
  'linux-arm64': {
    project: 'tensorflow',
    version: TENSORFLOW,
    python: 'cp311',
    platform: 'manylinux_2_27_aarch64',
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
    megabytes: 250,
    libraries: LINUX,
  },
  'darwin-arm64': {
    project: 'tensorflow',
    version: TENSORFLOW,
    python: 'cp311',
    platform: 'macosx_12_0_arm64',
    sha256: '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
    megabytes: 250,
    libraries: MAC,
  },
}

/** TensorFlow with CUDA kernels. */
export const TENSORFLOW_GPU_WHEEL: TensorflowWheel = {
  project: 'tensorflow',
  version: TENSORFLOW,
  python: 'cp311',
  platform: 'manylinux_2_27_x86_64',
  sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
  megabytes: 570,
  libraries: LINUX,
}

const nvidia = (project: string, version: string, platform: string, megabytes: number, sha256: string): Wheel => ({
  project: `nvidia-${project}`,
  version,
  python: 'py3',
  platform,
  sha256,
  megabytes,
})
const M27 = 'manylinux_2_27_x86_64'
const M2010 = 'manylinux2010_x86_64.manylinux_2_12_x86_64'
const M2014 = 'manylinux2014_x86_64.manylinux_2_17_x86_64'

/** What TensorFlow's CUDA kernels call: CUDA 12, as its extra `and-cuda` names them (without the compilers of XLA). */
export const TENSORFLOW_NVIDIA_WHEELS: readonly Wheel[] = [
  nvidia('cublas-cu12', '12.9.3.13', M27, 580, 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72'),
  nvidia(
    'cuda-cupti-cu12',
    '12.9.79',
    'manylinux_2_25_x86_64',
    10,
    '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f',
  ),
  nvidia('cuda-nvrtc-cu12', '12.9.86', M2010, 90, '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4'),
  nvidia('cuda-runtime-cu12', '12.9.79', M2014, 4, '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3'),
  nvidia('cudnn-cu12', '9.28.0.42', M27, 650, '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375'),
  nvidia('cufft-cu12', '11.4.1.4', M2014, 200, 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28'),
  nvidia('cusolver-cu12', '11.7.5.82', M27, 340, '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88'),
  nvidia('cusparse-cu12', '12.5.10.65', M2014, 370, '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78'),
  nvidia('nccl-cu12', '2.32.3', M27, 330, 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c'),
  nvidia('nvjitlink-cu12', '12.9.86', M2010, 40, 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9'),
]

/**
 * The runtime's CUDA provider: built from the commit that the npm package's library is built from. (The package's own
 * install script takes a CUDA 12 build of it from NuGet.)
 */
export const ONNXRUNTIME_GPU_WHEEL: Wheel = {
  project: 'onnxruntime-gpu',
  version: '1.30.0',
  python: 'cp311',
  platform: 'manylinux_2_28_x86_64',
  sha256: '4fbf0c5d7b5fb99266c2e8a802e3e64af68bdc383e0f3c7349b985f1087eedaa',
  megabytes: 235,
}

/** What that provider calls: CUDA 13, in the order in which the libraries are loaded. */
export const ONNXRUNTIME_NVIDIA_WHEELS: readonly Wheel[] = [
  nvidia('cuda-runtime', '13.2.86', M2014, 3, '3498247680dfddce31bad102af7e3e26fc795342a3cac64722bb0fa95e7f60f0'),
  nvidia('cublas', '13.4.1.3', M27, 400, 'a5917cb642cfb07f4a0231ee16aec7e2e0357d8cb8b1b78a0c9c68dba3e6afc7'),
  nvidia('curand', '10.4.5.25', M27, 75, '22bb226a857e5888fe6b54ae465fc4371296bcff13a35f79e19691bcf454f529'),
  nvidia('cufft', '12.2.0.57', M2014, 200, '34da27fadf3979b0b042c43823f0530be8408b86df31ee0108e1ca0b621d4ef6'),
  nvidia('cuda-nvrtc', '13.2.86', M2010, 45, '8111c5130e967b78222ea2124145f8efe9ce201b752b2579a2513100a53be1c5'),
  nvidia('cudnn-cu13', '9.26.0.51', M27, 360, '9c976d539786698c71d6bcdbe2053b7485fae062ff7e1215d2f2ff67b1a2149a'),
]
