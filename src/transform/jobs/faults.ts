// Glue's jobs say no in these words.
import { faultClass } from '../../gateway/fault.ts'

export const EntityNotFoundException = faultClass('EntityNotFoundException')
export const AlreadyExistsException = faultClass('AlreadyExistsException')
export const InvalidInputException = faultClass('InvalidInputException')
export const ConcurrentRunsExceededException = faultClass('ConcurrentRunsExceededException')

export const noSuchJob = (name: string) => new EntityNotFoundException(`Job ${name} not found.`)
export const noSuchRun = (id: string, job: string) =>
  new EntityNotFoundException(`Job run ${id} of job ${job} not found.`)
export const noBookmark = (job: string) => new EntityNotFoundException(`Continuation for job ${job} not found`)
export const jobExists = (name: string) => new AlreadyExistsException(`Job ${name} already exists.`)
export const tooManyRuns = (name: string) => new ConcurrentRunsExceededException(`Concurrent runs exceeded for ${name}`)
