// Glue's catalog says no in these words.
import { faultClass } from '../../gateway/fault.ts'

export const EntityNotFoundException = faultClass('EntityNotFoundException')
export const AlreadyExistsException = faultClass('AlreadyExistsException')
export const InvalidInputException = faultClass('InvalidInputException')
export const ConcurrentModificationException = faultClass('ConcurrentModificationException')
export const ConditionCheckFailureException = faultClass('ConditionCheckFailureException')
export const ResourceNumberLimitExceededException = faultClass('ResourceNumberLimitExceededException')

export const noSuchDatabase = (name: string) => new EntityNotFoundException(`Database ${name} not found.`)
export const noSuchTable = (name: string) => new EntityNotFoundException(`Table ${name} not found.`)
export const noSuchPartition = () => new EntityNotFoundException('Cannot find partition.')
export const noSuchVersion = (version: string) => new EntityNotFoundException(`Version not found: ${version}.`)
export const databaseExists = () => new AlreadyExistsException('Database already exists.')
export const tableExists = () => new AlreadyExistsException('Table already exists.')
export const partitionExists = () => new AlreadyExistsException('Partition already exists.')
export const valuesMismatch = () =>
  new InvalidInputException('The number of partition keys do not match the number of partition values')

export const notPartitionKeys = (keys: readonly string[]) =>
  new InvalidInputException(`IndexKeys not a part of PartitionColumns. Verify the indexKeys : [${keys.join(', ')}]`)
export const indexNameTaken = (name: string) =>
  new AlreadyExistsException(`Partition Index ${name} already exists with the same name.`)
export const indexKeysTaken = (name: string) =>
  new AlreadyExistsException(`Partition Index ${name} already exists with the same keys.`)
export const tooManyIndexes = (max: number) =>
  new ResourceNumberLimitExceededException(`Partition index limit exceeded. Maximum: ${max}`)
export const noSuchIndex = (name: string) =>
  new EntityNotFoundException(`Index with the given indexName : ${name} does not exist.`)

export const noSuchFunction = (name: string) => new EntityNotFoundException(`Function ${name} not found.`)
export const functionExists = () => new AlreadyExistsException('Function already exists.')

export const noPolicy = () => new EntityNotFoundException('Policy not found')
export const noStatistics = () => new EntityNotFoundException('Statistics do not exist for this column')
