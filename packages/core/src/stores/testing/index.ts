export { CONTRACT_ENCODER, contractRows, storeContract } from './contract.ts'
